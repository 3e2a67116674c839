"""Tests of what a deployment makes of a datamodel: reading it, its rules, the steps of a migration."""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from standin.deploy import datamodel, rules, steps
from standin.errors import ApiError
from standin.version import Version

V1_1, V1_8, V1_34 = Version('1.1.3'), Version('1.8.4'), Version('1.34.12')


def built(text):
    return datamodel.build(datamodel.parse(text))


def inferred(before, after):
    """Each step as `Type name`, renames as `old>new`."""
    previous = built(before)[0] if before else datamodel.EMPTY
    following, renames = built(after)
    shown = []
    for step in steps.infer(previous, following, renames, V1_1):
        name = f"{step['model']}.{step['name']}" if 'model' in step else step['name']
        shown.append(f"{step['type']} {name}" + (f">{step['newName']}" if step.get('newName') else ''))
    return shown


class DatamodelTest(unittest.TestCase):
    def test_reads_fields(self):
        schema, _ = built('''
            # a comment
            type User @model {
              id: ID! @unique
              tags: [String!]!
              age: Int @default(value: "7")
              role: Role
              posts: [Post!]! @relation(name: "Posts", onDelete: CASCADE)
            }
            type Post { id: ID! @unique, author: User! @relation(name: "Posts") }
            enum Role { A B }''')
        fields = {field['name']: field for field in schema['models'][0]['fields']}
        self.assertEqual(list(fields), ['id', 'tags', 'age', 'role', 'posts', 'updatedAt', 'createdAt'])
        self.assertEqual((fields['id']['typeName'], fields['id']['unique'], fields['id']['isHidden']),
                         ('GraphQLID', True, False))
        self.assertTrue(fields['createdAt']['isHidden'])
        self.assertEqual((fields['age']['default'], fields['role']['enum']), ('7', 'Role'))
        self.assertEqual((fields['posts']['relation'], fields['posts']['relatedModel']), ('Posts', 'Post'))
        self.assertEqual(schema['relations'], [{'name': 'Posts', 'modelA': 'Post', 'modelB': 'User'}])
        self.assertEqual(json.loads(json.dumps(schema)), schema)

    def test_text_that_is_no_datamodel(self):
        for text in ('', '  # nothing', 'type', 'type A {', 'type A { a }', 'enum A {}'):
            with self.assertRaises(ApiError) as caught:
                datamodel.parse(text)
            self.assertEqual(caught.exception.code, 3017)
        for text, what in (('nonsense', "Invalid input 'n', expected OperationDefinition"),
                           ('type A {\n  a Int\n}', 'Invalid input "{\\n  a I", expected IgnoredNoComment, Implements')):
            with self.assertRaises(ApiError) as caught:
                datamodel.parse(text)
            self.assertIn(f'Syntax error while parsing GraphQL query. {what}', str(caught.exception))

    def errors(self, text, version=V1_8):
        return [(item['type'], item['field']) for item in rules.check(datamodel.parse(text), version)]

    def test_rules(self):
        good = 'type A { id: ID! @unique b: B bs: [String!]! } type B { id: ID! @unique a: [A!]! } enum E { X }'
        self.assertEqual(self.errors(good), [])
        for text, found in (
            ('type a { x: Int }', []),
            ('interface A { x: Int } query { a }', []),
            ('type A { id: ID! }', [('A', 'id')]),
            ('type A { createdAt: String! }', [('A', 'createdAt')]),
            ('type A { x: Nope }', [('A', 'x')]),
            ('type A { x: Int x: Int }', [('A', 'x')] * 2),
            ('type A { x: Int } type A { y: Int }', [('A', 'x')]),
            ('type A { x: [Int] }', [('A', 'x')]),
            ('type A { b: [B] } type B { x: Int }', [('A', 'b')]),
            ('type A { b: B c: B } type B { x: Int }', [('A', 'b'), ('A', 'c')]),
            ('type A { x: Int @default(value: "z") }', [('A', 'x')]),
            ('enum E { x }', [('E', None)]),
        ):
            self.assertEqual(self.errors(text), found, text)

    def test_rules_of_the_new_syntax(self):
        for text, found in (
            ('type A { id: ID! @id x: [Int] @scalarList(strategy: RELATION) }', []),
            ('type A { id: ID! @id x: [Int] }', [('A', 'x')]),
            ('type A { id: ID! @unique }', [('A', None)]),
            ('type A { id: ID! @id x: Int @default(value: "7") }', [('A', 'x')]),
            ('type A { id: ID! @id } type a { id: ID! @id }', [('A', None)]),
            ('type A { id: ID! @id b: B } type B { id: ID! @id a: A }', [('A', 'b'), ('B', 'a')]),
            ('type A { id: ID! @id b: B @relation(link: INLINE) } type B { id: ID! @id a: A }', []),
        ):
            self.assertEqual(self.errors(text, V1_34), found, text)
        times = 'type A { id: ID! @id createdAt: DateTime! updatedAt: DateTime! @updatedAt }'
        found = rules.warnings(datamodel.parse(times), V1_34)
        self.assertEqual([(item['type'], item['field']) for item in found], [('A', 'createdAt')])


class StepsTest(unittest.TestCase):
    USER = 'type User { id: ID! @unique name: String }'

    def test_a_new_model_gets_its_hidden_fields(self):
        self.assertEqual(inferred(None, 'type A { x: Int }'), [
            'CreateModel A', 'CreateField A.x', 'CreateField A.id', 'CreateField A.updatedAt', 'CreateField A.createdAt'])

    def test_nothing_to_do(self):
        self.assertEqual(inferred(self.USER, self.USER), [])

    def test_order(self):
        before = self.USER + 'type Old { id: ID! @unique user: User } enum Gone { X } enum Kept { X }'
        after = ('type User { id: ID! @unique name: String! posts: [Post!]! } type Post { id: ID! @unique user: User } '
                 'enum New { X } enum Kept { X Y }')
        kinds = list(dict.fromkeys(step.split()[0] for step in inferred(before, after)))
        self.assertEqual(kinds, ['DeleteRelation', 'DeleteModel', 'DeleteEnum', 'CreateEnum', 'CreateModel',
                                 'CreateField', 'CreateRelation', 'UpdateEnum', 'UpdateField'])

    def test_renames(self):
        before = self.USER + ' type Zoo { id: ID! @unique user: User }'
        after = ('type Visitor @rename(oldName: "User") { id: ID! @unique title: String @rename(oldName: "name") } '
                 'type Zoo { id: ID! @unique user: Visitor }')
        self.assertEqual(inferred(before, after), [
            'UpdateField User.name>title', 'UpdateField Zoo.user', 'UpdateModel User>Visitor',
            'UpdateRelation UserToZoo>VisitorToZoo'])

    def test_a_rename_that_is_left_in_place_makes_the_field_new_again(self):
        after = self.USER.replace('String', 'String @rename(oldName: "title")')
        self.assertEqual(inferred(self.USER, after), ['CreateField User.name'])

    def test_renaming_a_model_does_not_swap_the_ends_of_its_relation(self):
        previous, _ = built('type Post { id: ID! @unique user: User } type User { id: ID! @unique }')
        following, renames = built('type Post { id: ID! @unique user: Author } '
                                   'type Author @rename(oldName: "User") { id: ID! @unique }')
        steps.infer(previous, following, renames, V1_1)
        self.assertEqual(following['relations'], [{'name': 'AuthorToPost', 'modelA': 'Post', 'modelB': 'Author'}])

    def test_an_update_shows_only_what_changed(self):
        previous, following = built(self.USER)[0], built(self.USER.replace('String', 'Int!'))[0]
        step, = steps.infer(previous, following, datamodel.Renames(), V1_1)
        shown = {key: value for key, value in step.items() if value is not None}
        self.assertEqual(shown, {'type': 'UpdateField', 'model': 'User', 'newModel': 'User', 'name': 'name', 'changedType': 'Int',
                                 'typeName': 'Int', 'isRequired': True})


if __name__ == '__main__':
    unittest.main()
