"""Queries and mutations of the management API, which differ by version."""

from .. import auth
from ..errors import ApiError, no_such_service, service_exists
from ..graphql.types import BOOLEAN, STRING, Field, Input, InputObject, List, NonNull, Object, Schema
from . import names
from .types import TEXT, Types

_SERVICE = {'name': Input(TEXT), 'stage': Input(TEXT)}


def build(version):
    """The schema; its resolvers get a Request as context."""
    types = Types(version)
    query, mutation = _queries(version, types), _mutations(version, types)
    return Schema(Object('Query', query), Object('Mutation', mutation), types.steps)


class Request:
    """What a resolver may ask for: the server, and the request's own header."""

    def __init__(self, app, authorization):
        self.app, self.authorization = app, authorization

    def allow(self, name, stage):
        self.app.auth.check(self.authorization, name, stage)

    def service(self, given):
        """The service a query names, once the token allows it."""
        self.allow(given['name'], given['stage'])
        return self.existing(given)

    def existing(self, given):
        name, stage = given['name'], given['stage']
        if self.app.version.default_service_parts:
            name, stage = name or 'default', stage or 'default'
        project = self.app.store.project(name, stage)
        if project is None:
            raise no_such_service(name, stage)
        return project


# Queries


def _info(_source, _given, request):
    environment = request.app.environment
    return {'version': request.app.version.text, 'commit': environment.get('COMMIT_SHA', '0' * 40),
            'primaryConnector': request.app.config.connector}


def _list_projects(_source, _given, request):
    request.allow('', '')
    return request.app.store.all_projects()


def _project(_source, given, request):
    return request.service(given)


def _migration_status(_source, given, request):
    project = request.service(given)
    return request.app.store.open_migration(project.id) or request.app.store.last_success(project.id)


def _list_migrations(_source, given, request):
    request.allow(given['name'], given['stage'])
    project = request.app.store.project(given['name'], given['stage'])
    return request.app.store.list_migrations(project.id) if project else []


def _project_token(_source, given, request):
    return auth.service_token(request.service(given))


def _queries(version, types):
    one, many = NonNull(types.migration), NonNull(List(NonNull(types.migration)))
    fields = {
        'migrationStatus': Field(one, _SERVICE, _migration_status),
        'listProjects': Field(NonNull(List(NonNull(types.project))), resolve=_list_projects),
        'listMigrations': Field(many, _SERVICE, _list_migrations),
        'project': Field(NonNull(types.project), _SERVICE, _project),
    }
    if version.has_server_info:
        fields['serverInfo'] = Field(NonNull(types.info), resolve=_info)
    if version.has_cluster_info:
        fields['clusterInfo'] = Field(NonNull(types.info), resolve=_info)
    if version.has_project_token:
        fields['generateProjectToken'] = Field(TEXT, _SERVICE, _project_token)
    return fields


# Mutations


def _add_project(given, request):
    request.allow(given['name'], given['stage'])
    names.check(request.app.version, given['name'], given['stage'])
    if request.app.store.project(given['name'], given['stage']):
        raise service_exists(given['name'], given['stage'])
    return {'project': request.app.store.add_project(given['name'], given['stage'], given.get('secrets') or [])}


def _delete_project(given, request):
    request.allow(given['name'], given['stage'])
    if request.app.version.since(1, 8) and request.app.database.separator in given['name']:
        raise ValueError('a name with the sign between name and stage cannot be taken apart')
    try:
        project = request.existing(given)
    except ApiError:
        if request.app.version.since(1, 8):
            raise
        # The older servers say that the name is not valid.
        raise names.invalid_service(given['name']) from None
    request.app.worker.delete(project.id)
    return {'project': project}


def _deploy(given, request):
    # The service is looked up before the token is checked.
    project = request.existing(given)
    request.allow(given['name'], given['stage'])
    return request.app.deployer.deploy(project, given)


def _set_cloud_secret(given, request):
    request.allow('', '')
    request.app.store.set_cloud_secret(given.get('secret'))
    return {}


def _mutations(version, types):
    def mutation(name, inputs, payload, resolve):
        def run(_source, given, request):
            return {**resolve(given['input'], request), 'clientMutationId': given['input'].get('clientMutationId')}

        title = name[0].upper() + name[1:]
        input_type = InputObject(f'{title}Input', {**inputs, 'clientMutationId': Input(STRING)})
        payload_type = Object(f'{title}Payload', {**payload, 'clientMutationId': Field(STRING)})
        return Field(payload_type, {'input': Input(NonNull(input_type))}, run)

    secrets = {'secrets': Input(List(TEXT))}
    deploy_input = {**_SERVICE, 'types': Input(TEXT), 'dryRun': Input(BOOLEAN), **secrets,
                    'subscriptions': Input(List(NonNull(types.function_input)))}
    deploy_payload = {'errors': Field(NonNull(List(NonNull(types.error)))), 'migration': Field(types.migration)}
    if version.has_force:
        deploy_input['force'] = Input(BOOLEAN)
        deploy_payload['warnings'] = Field(NonNull(List(NonNull(types.warning))))
    if version.is_late:
        deploy_input['noMigration'] = Input(BOOLEAN)
        deploy_payload['steps'] = Field(NonNull(List(NonNull(types.step))))
    project = {'project': Field(types.project)}
    fields = {
        'deploy': mutation('deploy', deploy_input, deploy_payload, _deploy),
        'addProject': mutation('addProject', {**_SERVICE, **secrets}, project, _add_project),
        'deleteProject': mutation('deleteProject', _SERVICE, project, _delete_project),
    }
    if version.has_cloud_secret:
        fields['setCloudSecret'] = mutation('setCloudSecret', {'secret': Input(STRING)}, {}, _set_cloud_secret)
    return fields
