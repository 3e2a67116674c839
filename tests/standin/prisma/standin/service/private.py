"""The `private` API of a service: emptying its data, and checking a subscription."""

from ..graphql.types import BOOLEAN, STRING, Field, Input, List, NonNull, Object, Schema
from . import subscriptions


def _reset(_source, _given, rows):
    rows.reset()
    return True


def _validate(_source, given, rows):
    problem = subscriptions.problem(rows.schema, given['query'])
    return {'errors': [problem] if problem else []}


def build():
    result = Object('SubscriptionQueryValidationResult', {'errors': Field(NonNull(List(NonNull(STRING))))})
    return Schema(
        Object('Query', {'validateSubscriptionQuery': Field(NonNull(result), {'query': Input(NonNull(STRING))},
                                                            _validate)}),
        Object('Mutation', {'resetData': Field(BOOLEAN, {}, _reset)}))
