"""The errors that carry a code on the wire."""


class ApiError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Crash(Exception):
    """An exception that the server does not expect: a client gets its text with status 500."""


def invalid_token(reason):
    return ApiError(3015, f'Authentication token is invalid: {reason}')


def service_not_found(project_id):
    """On the service API; on the management API 3016 is an expired token."""
    return ApiError(3016, f"Project not found: '{project_id}'")


def no_such_service(name, stage):
    return ApiError(4000, f"No service with name '{name}' and stage '{stage}' found")


def service_exists(name, stage):
    return ApiError(4005, f"Service with name '{name}' and stage '{stage}' already exists")


def bad_datamodel(reason):
    return ApiError(3017, reason)


def busy(version):
    return ApiError(version.busy_code, 'You can not deploy to a service stage while there is a deployment in progress '
                                       'or a pending deployment scheduled already. Please try again after the '
                                       'deployment finished.')
