"""The subscriptions of a service, as far as a deployment checks them: they can be validated, not subscribed to."""

from ..graphql.language import SyntaxProblem, parse
from ..graphql.types import STRING, Enum, Field, Input, List, NonNull, Object, Schema
from ..graphql.validate import validate
from .schema import Generator, lower

_UNKNOWN = "The provided query doesn't include any known model name. Please check for the latest subscriptions API."


def problem(schema, query):
    """What is wrong with a subscription's query, in view of the schema of a service; None if nothing is."""
    try:
        document = parse(query)
    except SyntaxProblem:
        return 'The subscription query is invalid GraphQL.'
    operations = [item for item in document.definitions if item.kind == 'operation']
    names = [one.name for item in operations for one in item.selections if one.kind == 'field']
    if not {lower(model['name']) for model in schema['models']} & set(names):
        return _UNKNOWN
    found = validate(_Subscriptions(schema).schema_of_subscriptions(), document)
    return found[0][0] if found else None


class _Subscriptions(Generator):
    kinds = Enum('MutationType', ['CREATED', 'UPDATED', 'DELETED'])

    def schema_of_subscriptions(self):
        fields = {lower(model['name']): Field(self.payload(model), {'where': Input(self.events(model))})
                  for model in self.schema['models']}
        service = self.schema_of_service()
        return Schema(service.query, subscription=Object('Subscription', fields), types=list(self.objects.values()))

    def payload(self, model):
        type_ = self.objects[model['name']]
        return Object(f'{model["name"]}SubscriptionPayload', {
            'mutation': Field(NonNull(self.kinds)), 'node': Field(type_), 'updatedFields': Field(List(NonNull(STRING))),
            'previousValues': Field(self.previous(model))})

    def previous(self, model):
        resolved = self.objects[model['name']].fields
        related = {field['name'] for field in model['fields'] if field['relatedModel']}
        return Object(f'{model["name"]}PreviousValues',
                      {name: field for name, field in resolved.items() if name not in related})

    def events(self, model):
        """Which changes to a model are wanted."""
        name = f'{model["name"]}SubscriptionWhereInput'

        def fields():
            more = {key: Input(List(NonNull(self.inputs[name]))) for key in ('AND', 'OR', 'NOT')}
            return {**more, 'mutation_in': Input(List(NonNull(self.kinds))), 'updatedFields_contains': Input(STRING),
                    'updatedFields_contains_every': Input(List(NonNull(STRING))),
                    'updatedFields_contains_some': Input(List(NonNull(STRING))), 'node': Input(self.where(model))}

        return self.named_input(name, fields)
