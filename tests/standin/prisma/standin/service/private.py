"""The `private` API of a service: emptying its data, and checking a subscription."""

from ..graphql.types import BOOLEAN, STRING, Field, Input, List, NonNull, Object, Schema


def _reset(_source, _given, rows):
    rows.reset()
    return True


def _validate(_source, given, _rows):
    wrong = not given['query'].lstrip().startswith('subscription')
    return {'errors': ['The query is not a subscription.'] if wrong else []}


def build():
    result = Object('SubscriptionQueryValidationResult', {'errors': Field(NonNull(List(NonNull(STRING))))})
    return Schema(
        Object('Query', {'validateSubscriptionQuery': Field(NonNull(result), {'query': Input(NonNull(STRING))},
                                                            _validate)}),
        Object('Mutation', {'resetData': Field(BOOLEAN, {}, _reset)}))
