"""Checks a document against a schema before anything of it runs, with sangria's texts."""

from .language import position, print_value
from .types import (
    BadValue, InputObject, Interface, List, NonNull, Object, check_literal, is_input, is_leaf, named, type_name,
)
from .introspection import META_FIELDS, TYPENAME, all_types
from .suggest import did_you_mean


def validate(schema, document):
    """The problems as (message, places) pairs; empty when the document may run."""
    return Validator(schema, document).run()


def shown_place(source, start):
    """Line, column and the line itself with a mark under the place."""
    line, column = position(source, start)
    return f' (line {line}, column {column}):\n{source.split(chr(10))[line - 1]}\n{" " * (column - 1)}^'


def type_from_node(schema, type_):
    """The schema's type for a type written in a document; None when it has none."""
    if type_.kind == 'nonnull':
        inner = type_from_node(schema, type_.of)
        return inner and NonNull(inner)
    if type_.kind == 'list':
        inner = type_from_node(schema, type_.of)
        return inner and List(inner)
    return schema.types.get(type_.name)


def written(type_):
    """A type as it stands in a document."""
    if type_.kind == 'nonnull':
        return written(type_.of) + '!'
    return f'[{written(type_.of)}]' if type_.kind == 'list' else type_.name


def field_definition(schema, parent, name):
    """The definition of a field on a type, the built-in ones included."""
    if name == '__typename' and isinstance(parent, Object):
        return TYPENAME
    if parent is schema.query and name in META_FIELDS:
        return META_FIELDS[name]
    return parent.fields.get(name) if isinstance(parent, Object) else None


class Validator:
    def __init__(self, schema, document):
        self.schema, self.document, self.problems = schema, document, []
        self.types = all_types(schema)
        self.fragments = {item.name: item for item in document.definitions if item.kind == 'fragment'}
        self.used_fragments, self.used_variables = set(), {}

    def problem(self, message, *starts):
        self.problems.append((message + '\n'.join(shown_place(self.document.source, start) for start in starts), starts))

    def run(self):
        for fragment in self.fragments.values():
            if fragment.on not in self.types:
                self.problem(f"Unknown type '{fragment.on}'.", fragment.start)
        operations = [item for item in self.document.definitions if item.kind == 'operation']
        if len(operations) > 1 and any(item.name is None for item in operations):
            self.problem('Anonymous operation must be the only defined operation.', operations[0].start)
        for operation in operations:
            self.operation(operation)
        for name, fragment in self.fragments.items():
            if name not in self.used_fragments:
                self.problem(f"Fragment '{name}' is not used.", fragment.start)
        return self.problems

    def operation(self, operation):
        root = getattr(self.schema, operation.operation)
        if root is None:
            self.problem(f'Schema is not configured for {operation.operation}s', operation.start)
            return
        self.variables = {item.name: item for item in operation.variables}
        self.used_variables = set()
        self.title = f"operation '{operation.name}'" if operation.name else 'operation'
        for item in operation.variables:
            type_ = type_from_node(self.schema, item.type)
            if type_ is None:
                inner = written(item.type).strip('[]!')
                self.problem(f"Unknown type '{inner}'.{did_you_mean(inner, self.types)}", item.type.start)
            if type_ is None or not is_input(type_):
                self.problem(f"Variable '${item.name}' cannot be non input type '{written(item.type)}'.", item.type.start)
        self.selections(operation.selections, root, ())
        self.overlaps([(root, operation.selections)])
        for name, item in self.variables.items():
            if name not in self.used_variables:
                self.problem(f"Variable '${name}' is not used in {self.title}.", item.start)

    def selections(self, selections, parent, path):
        for item in selections:
            self.directives(item)
            if item.kind == 'field':
                self.field(item, parent, path)
            elif item.kind == 'inline':
                on = self.types.get(item.on) if item.on else parent
                if on is None:
                    self.problem(f"Unknown type '{item.on}'.", item.start)
                elif self.possible(item, parent, on):
                    self.selections(item.selections, on, path)
            elif item.name not in self.fragments:
                self.problem(f"Unknown fragment '{item.name}'.", item.start)
            elif item.name in path:
                self.problem(f"Cannot spread fragment '{item.name}' within itself.", item.start)
            else:
                self.used_fragments.add(item.name)
                fragment = self.fragments[item.name]
                on = self.types.get(fragment.on)
                if on is not None and self.possible(item, parent, on):
                    self.selections(fragment.selections, on, (*path, item.name))

    def possible(self, item, parent, on):
        def members(type_):
            return {one.name for one in type_.implementations} if isinstance(type_, Interface) else {type_.name}

        if members(parent) & members(on):
            return True
        self.problem(f"Fragment cannot be spread here as objects of type '{parent.name}' "
                     f"can never be of type '{on.name}'.", item.start)
        return False

    def field(self, item, parent, path):
        definition = field_definition(self.schema, parent, item.name)
        if definition is None:
            hint = did_you_mean(item.name, parent.fields)
            self.problem(f"Cannot query field '{item.name}' on type '{parent.name}'.{hint}", item.start)
            return
        self.arguments(item, definition, f"field '{item.name}' of type '{parent.name}'", f"Field '{item.name}'")
        shown = type_name(definition.type)
        if is_leaf(definition.type):
            if item.selections:
                self.problem(f"Field '{item.name}' of type '{shown}' must not have a sub selection.", item.start)
        elif not item.selections:
            shown = named(definition.type).name
            self.problem(f"Field '{item.name}' of type '{shown}' must have a sub selection.", item.start)
        else:
            self.selections(item.selections, named(definition.type), path)

    def arguments(self, item, definition, place, title):
        for given in item.arguments:
            expected = definition.arguments.get(given.name)
            if expected is None:
                self.problem(f"Unknown argument '{given.name}' on {place}.", given.start)
                continue
            self.uses(given.value, expected.type)
            try:
                check_literal(expected.type, given.value)
            except BadValue as problem:
                self.problem(f"Argument '{given.name}' expected type '{type_name(expected.type)}' "
                             f'but got: {print_value(given.value)}. Reason: {problem}', given.value.start,
                             *([] if problem.place is None else [problem.place]))
        names = {given.name for given in item.arguments}
        for name, expected in definition.arguments.items():
            if isinstance(expected.type, NonNull) and name not in names:
                self.problem(f"{title} argument '{name}' of type '{type_name(expected.type)}' "
                             'is required but not provided.', item.start)

    def directives(self, item):
        for directive in item.directives:
            if directive.name not in ('include', 'skip'):
                self.problem(f"Unknown directive '{directive.name}'.", directive.start)
            for given in directive.arguments:
                self.uses(given.value, None)

    def uses(self, value, expected):
        """Notes the variables in a value and compares their types with the place they stand in."""
        if value.kind == 'variable':
            definition = self.variables.get(value.name)
            if definition is None:
                self.problem(f"Variable '${value.name}' is not defined in the {self.title}.", value.start)
                return
            self.used_variables.add(value.name)
            given = type_from_node(self.schema, definition.type)
            if given and expected and not self.fits(given, expected, definition.default is not None):
                self.problem(f"Variable '${value.name}' of type '{type_name(given)}' used in position expecting "
                             f"type '{type_name(expected)}'.", value.start)
        elif value.kind == 'list_value':
            inner = expected.of if isinstance(expected, NonNull) else expected
            for item in value.items:
                self.uses(item, inner.of if isinstance(inner, List) else None)
        elif value.kind == 'object_value':
            inner = expected and named(expected)
            for field in value.fields:
                known = inner.fields.get(field.name) if isinstance(inner, InputObject) else None
                self.uses(field.value, known and known.type)

    def fits(self, given, expected, has_default):
        if isinstance(expected, NonNull):
            if isinstance(given, NonNull):
                return self.fits(given.of, expected.of, False)
            return has_default and self.fits(given, expected.of, False)
        if isinstance(given, NonNull):
            return self.fits(given.of, expected, False)
        if isinstance(expected, List) or isinstance(given, List):
            return isinstance(expected, List) and isinstance(given, List) and self.fits(given.of, expected.of, False)
        return given is expected

    def overlaps(self, scopes):
        """Selections that would land on the same key of the answer must agree on what they are."""
        found = {}
        for parent, selections in scopes:
            self.collect(parent, selections, found, set())
        for key, entries in found.items():
            parent, item, definition = entries[0]
            for other_parent, other, other_definition in entries[1:]:
                exclusive = parent is not other_parent and not isinstance(parent, Interface) \
                    and not isinstance(other_parent, Interface)
                if not exclusive and (item.name != other.name or self.printed(item) != self.printed(other)):
                    self.problem(f"Field '{key}' conflict because '{item.name}' and '{other.name}' are different "
                                 'fields or have different arguments. Use different aliases on the fields to fetch '
                                 'both if this was intentional.', item.start, other.start)
                elif self.shapes_differ(definition, other_definition):
                    self.problem(f"Field '{key}' conflict because they return conflicting types "
                                 f"'{type_name(definition.type)}' and '{type_name(other_definition.type)}'. Use "
                                 'different aliases on the fields to fetch both if this was intentional.', item.start,
                                 other.start)
            inner = [(named(definition.type), item.selections) for _, item, definition in entries if item.selections]
            if inner:
                self.overlaps(inner)

    def collect(self, parent, selections, found, seen):
        for item in selections:
            if item.kind == 'field':
                definition = field_definition(self.schema, parent, item.name)
                if definition is not None:
                    found.setdefault(item.key, []).append((parent, item, definition))
            elif item.kind == 'inline':
                self.collect(self.types.get(item.on, parent), item.selections, found, seen)
            elif item.name in self.fragments and item.name not in seen:
                fragment = self.fragments[item.name]
                if fragment.on in self.types:
                    self.collect(self.types[fragment.on], fragment.selections, found, seen | {item.name})

    @staticmethod
    def printed(item):
        return sorted((given.name, print_value(given.value)) for given in item.arguments)

    @classmethod
    def shapes_differ(cls, one, other):
        """Two that may both be null always do, if they are of different types: that is how the real server sees it."""
        if one is not other and not isinstance(one.type, NonNull) and not isinstance(other.type, NonNull):
            return True
        return cls.shape(one.type) != cls.shape(other.type)

    @staticmethod
    def shape(type_):
        return type_name(type_) if is_leaf(type_) else type_name(type_).replace(named(type_).name, '{}')
