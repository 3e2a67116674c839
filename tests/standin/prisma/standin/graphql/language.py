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


class SyntaxProblem(Exception):
    """The text is not GraphQL; `line` and `column` say where it stops being so."""

    def __init__(self, message, source, offset):
        self.line, self.column = position(source, offset)
        self.reason = message
        excerpt = (source.splitlines() or [''])[self.line - 1 : self.line] or ['']
        super().__init__(
            f'Syntax error while parsing GraphQL query. {message} (line {self.line}, column {self.column}):\n'
            f'{excerpt[0]}\n{" " * (self.column - 1)}^'
        )


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

    def _tokenize(self):
        offset = 0
        while offset < len(self.source):
            match = _TOKEN.match(self.source, offset)
            if not match:
                raise SyntaxProblem(f'Unexpected character {self.source[offset]!r}.', self.source, offset)
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

    def fail(self, expected):
        kind, text, offset = self.token
        found = 'end of text' if kind == 'end' else repr(text)
        raise SyntaxProblem(f'Expected {expected}, found {found}.', self.source, offset)

    def peek(self, text):
        return self.token[1] == text and self.token[0] in ('punct', 'name')

    def skip(self, text):
        if self.peek(text):
            self.index += 1
            return True
        return False

    def expect(self, text):
        if not self.skip(text):
            self.fail(repr(text))

    def name(self):
        if self.token[0] != 'name':
            self.fail('a name')
        self.index += 1
        return self.tokens[self.index - 1][1]

    def many(self, opening, item, closing, allow_empty=False):
        self.expect(opening)
        items = []
        while not (self.peek(closing) and (items or allow_empty)):
            items.append(item())
        self.expect(closing)
        return items

    # Documents

    def document(self):
        definitions = []
        while self.token[0] != 'end':
            definitions.append(self.definition())
        if not definitions:
            self.fail('a query')
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
            self.fail('an operation or a fragment')
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
                self.fail('a constant value')
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
        if kind in ('punct', 'end'):
            self.fail('a value')
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
        while self.token[0] != 'end':
            definitions.append(self.schema_definition())
        return definitions

    def schema_definition(self):
        self.description()
        start = self.start
        word = self.name()
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
            self.fail('a type or an enum')
        name = self.name()
        interfaces = []
        if self.skip('implements'):
            self.skip('&')
            interfaces.append(self.name())
            while self.skip('&') or self.token[0] == 'name':
                interfaces.append(self.name())
        directives = self.directives()
        item = self.enum_value if word == 'enum' else self.field_definition
        items = self.many('{', item, '}', allow_empty=True)
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
