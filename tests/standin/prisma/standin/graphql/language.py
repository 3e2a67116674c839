"""Reads GraphQL text: operations, and the part of the schema language that datamodels use."""

import re
from types import SimpleNamespace

_TOKEN = re.compile(
    r'''(?P<skip>[\s,\ufeff]+|\#[^\n\r]*)
      |(?P<block>"""(?:\\"""|[\s\S])*?""")
      |(?P<string>"(?:\\.|[^"\\\n\r])*")
      |(?P<float>-?(?:0|[1-9]\d*)(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+))
      |(?P<int>-?(?:0|[1-9]\d*))
      |(?P<name>[_A-Za-z][_0-9A-Za-z]*)
      |(?P<punct>\.\.\.|[!$()\[\]{}:=@|&])''',
    re.VERBOSE,
)
_ESCAPES = {'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}


_DEFINITIONS = 'OperationDefinition, FragmentDefinition or TypeSystemDefinition'
_FIELDS = 'ImplementsInterfaces, DirectivesConst or FieldDefinitions'
# After a comment that ends with the text, and after one that ends with its line.
_AFTER_COMMENT = 'CommentChar, scalar, BlockString, OperationType, CommentCap, schema, Fragment or \'"\''
_AFTER_COMMENT_LINE = 'scalar, BlockString, OperationType, CommentCap, schema, Fragment, type or \'"\''


class SyntaxProblem(Exception):
    """The text is not GraphQL. The text of it tells what cannot be read, from where on and what could stand there."""

    def __init__(self, source, offset, found, expected):
        line, column = position(source, offset)
        excerpt = source.split('\n')[line - 1]
        super().__init__(f'Syntax error while parsing GraphQL query. {found}, expected {expected} (line {line}, column '
                         f'{column}):\n{excerpt}\n{" " * (column - 1)}^')


def position(source, offset):
    """Line and column, both counted from 1."""
    before = source[:offset]
    return before.count('\n') + 1, offset - (before.rfind('\n') + 1) + 1


def node(kind, start, **fields):
    return SimpleNamespace(kind=kind, start=start, **fields)


class Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, source):
        self.source = source
        self.tokens = list(self._tokenize())
        self.index = 0
        # What is read as a whole, or not at all: from where on, and what it could be.
        self.unit = 0, _DEFINITIONS

    def _tokenize(self):
        offset = 0
        while offset < len(self.source):
            match = _TOKEN.match(self.source, offset)
            if not match:
                yield 'bad', self.source[offset], offset
                break
            if match.lastgroup != 'skip':
                yield match.lastgroup, match.group(), offset
            offset = match.end()
        yield 'end', '', len(self.source)

    # Token helpers

    @property
    def token(self):
        return self.tokens[self.index]

    @property
    def start(self):
        return self.token[2]

    def fail(self):
        kind, _, offset = self.token
        start, expected = self.unit
        if kind == 'end' and start == offset:
            raise SyntaxProblem(self.source, offset, 'Unexpected end of input', self._expected_at_end())
        text = self.source[start : offset + 1]
        before = self.source[:offset]
        if expected == _FIELDS and before != before.rstrip() and before.rstrip()[-1] != '{':
            expected = f'IgnoredNoComment, {expected}'
        if kind == 'end' and before.endswith('}'):
            expected = 'Comments or SelectionSet'
        shown = f"'{text}'" if len(text) == 1 and kind != 'end' else '"' + text.replace('\n', '\\n') + '"'
        raise SyntaxProblem(self.source, start, f'Invalid input {shown}', expected)

    def _expected_at_end(self):
        last = self.source.rstrip('\n').split('\n')[-1]
        if not last.lstrip().startswith('#'):
            return _DEFINITIONS
        return _AFTER_COMMENT_LINE if self.source.endswith('\n') else _AFTER_COMMENT

    def peek(self, text):
        return self.token[1] == text and self.token[0] in ('punct', 'name')

    def skip(self, text):
        if self.peek(text):
            self.index += 1
            return True
        return False

    def expect(self, text):
        if not self.skip(text):
            self.fail()

    def name(self):
        if self.token[0] != 'name':
            self.fail()
        self.index += 1
        return self.tokens[self.index - 1][1]

    def many(self, opening, item, closing):
        self.expect(opening)
        items = []
        while not (self.peek(closing) and items):
            items.append(item())
        self.expect(closing)
        return items

    # Documents

    def document(self):
        definitions = []
        while self.token[0] != 'end' or not definitions:
            self.unit = self.start, _DEFINITIONS
            definitions.append(self.definition())
        return node('document', 0, definitions=definitions, source=self.source)

    def definition(self):
        start = self.start
        if self.peek('{'):
            return node('operation', start, operation='query', name=None, variables=[], directives=[],
                        selections=self.selections())
        if self.skip('fragment'):
            name = self.name()
            self.expect('on')
            return node('fragment', start, name=name, on=self.name(), directives=self.directives(),
                        selections=self.selections())
        if self.token[1] not in ('query', 'mutation', 'subscription'):
            self.fail()
        operation = self.name()
        name = self.name() if self.token[0] == 'name' else None
        variables = self.many('(', self.variable_definition, ')') if self.peek('(') else []
        return node('operation', start, operation=operation, name=name, variables=variables,
                    directives=self.directives(), selections=self.selections())

    def variable_definition(self):
        start = self.start
        self.expect('$')
        name = self.name()
        self.expect(':')
        type_ = self.type()
        default = self.value(constant=True) if self.skip('=') else None
        self.directives()
        return node('variable_definition', start, name=name, type=type_, default=default)

    def selections(self):
        return self.many('{', self.selection, '}')

    def selection(self):
        start = self.start
        if self.skip('...'):
            if self.token[0] == 'name' and not self.peek('on'):
                return node('spread', start, name=self.name(), directives=self.directives())
            on = self.name() if self.skip('on') else None
            return node('inline', start, on=on, directives=self.directives(), selections=self.selections())
        name = self.name()
        alias = None
        if self.skip(':'):
            alias, name = name, self.name()
        arguments = self.arguments()
        directives = self.directives()
        selections = self.selections() if self.peek('{') else []
        return node('field', start, name=name, key=alias or name, arguments=arguments, directives=directives,
                    selections=selections)

    def arguments(self, constant=False):
        return self.many('(', lambda: self.argument(constant), ')') if self.peek('(') else []

    def argument(self, constant):
        start = self.start
        name = self.name()
        self.expect(':')
        return node('argument', start, name=name, value=self.value(constant))

    def directives(self):
        found = []
        while self.peek('@'):
            start = self.start
            self.index += 1
            found.append(node('directive', start, name=self.name(), arguments=self.arguments()))
        return found

    def type(self):
        start = self.start
        if self.skip('['):
            type_ = node('list', start, of=self.type())
            self.expect(']')
        else:
            type_ = node('named', start, name=self.name())
        return node('nonnull', start, of=type_) if self.skip('!') else type_

    def value(self, constant=False):
        kind, text, start = self.token
        if self.skip('$'):
            if constant:
                self.fail()
            return node('variable', start, name=self.name())
        if self.skip('['):
            items = []
            while not self.skip(']'):
                items.append(self.value(constant))
            return node('list_value', start, items=items)
        if self.skip('{'):
            fields = []
            while not self.skip('}'):
                fields.append(self.argument(constant))
            return node('object_value', start, fields=fields)
        if kind in ('punct', 'end', 'bad'):
            self.fail()
        self.index += 1
        if kind == 'int':
            return node('int', start, value=int(text))
        if kind == 'float':
            return node('float', start, value=float(text))
        if kind == 'string':
            return node('string', start, value=unescape(text[1:-1]))
        if kind == 'block':
            return node('string', start, value=dedent_block(text[3:-3].replace('\\"""', '"""')))
        if text in ('true', 'false'):
            return node('boolean', start, value=text == 'true')
        return node('null', start, value=None) if text == 'null' else node('enum', start, value=text)

    # Schema language, as far as datamodels use it

    def schema_document(self):
        definitions = []
        while self.token[0] != 'end' or not definitions:
            self.unit = self.start, _DEFINITIONS
            query = self.token[1] in ('{', 'query', 'mutation', 'subscription', 'fragment')
            definitions.append(self.definition() if query else self.schema_definition())
        return definitions

    def schema_definition(self):
        self.description()
        start = self.start
        word = self.name()
        if word == 'extend':
            return node('extension', start, of=self.schema_definition())
        if word == 'schema':
            return node('schema', start, items=self.many('{', self.field_definition, '}'))
        if word == 'scalar':
            return node('scalar_type', start, name=self.name(), directives=self.directives())
        if word == 'union':
            name, directives = self.name(), self.directives()
            self.expect('=')
            self.skip('|')
            members = [self.name()]
            while self.skip('|'):
                members.append(self.name())
            return node('union_type', start, name=name, directives=directives, members=members)
        if word not in ('type', 'enum', 'interface', 'input'):
            self.index -= 1
            self.fail()
        name = self.name()
        interfaces = []
        if self.skip('implements'):
            self.skip('&')
            interfaces.append(self.name())
            while self.skip('&') or self.token[0] == 'name':
                interfaces.append(self.name())
        directives = self.directives()
        item = self.enum_value if word == 'enum' else self.field_definition
        if word != 'enum':
            self.unit = self.start, _FIELDS
        items = self.many('{', item, '}')
        return node(f'{word}_type', start, name=name, interfaces=interfaces, directives=directives, items=items)

    def description(self):
        if self.token[0] in ('string', 'block'):
            self.index += 1

    def enum_value(self):
        self.description()
        start = self.start
        return node('enum_value', start, name=self.name(), directives=self.directives())

    def field_definition(self):
        self.description()
        start = self.start
        name = self.name()
        arguments = self.many('(', self.field_definition, ')') if self.peek('(') else []
        self.expect(':')
        type_ = self.type()
        if self.skip('='):
            self.value(constant=True)
        return node('field_definition', start, name=name, arguments=arguments, type=type_,
                    directives=self.directives())


def unescape(text):
    def one(match):
        code = match.group(1)
        if code.startswith('u'):
            return chr(int(code[1:], 16))
        return _ESCAPES.get(code, code)

    return re.sub(r'\\(u[0-9A-Fa-f]{4}|.)', one, text)


def dedent_block(text):
    lines = text.splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    lines = lines[:1] + [line[indent:] for line in lines[1:]]
    return '\n'.join(lines).strip('\n')


def parse(source):
    """The document of a query text."""
    return Parser(source).document()


def parse_schema(source):
    """The definitions of a schema text."""
    return Parser(source).schema_document()


def print_value(value):
    """A value node as text, for messages."""
    if value.kind == 'variable':
        return f'${value.name}'
    if value.kind == 'list_value':
        return '[' + ', '.join(print_value(item) for item in value.items) + ']'
    if value.kind == 'object_value':
        return '{' + ', '.join(f'{field.name}: {print_value(field.value)}' for field in value.fields) + '}'
    if value.kind == 'string':
        return '"' + value.value.replace('\\', '\\\\').replace('"', '\\"') + '"'
    if value.kind in ('boolean', 'null'):
        return {True: 'true', False: 'false', None: 'null'}[value.value]
    return str(value.value)
