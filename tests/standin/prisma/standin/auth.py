"""Who may do what: grants in management tokens, secrets of services."""

import time

from . import jwt
from .errors import ApiError, invalid_token


class ManagementAuth:
    """Off when no key is configured: then the header is not even looked at."""

    def __init__(self, config, log):
        self.secret, self.public_key, self.log = config.secret, config.public_key, log

    def check(self, header, name, stage):
        """Passes, or raises ApiError 3015. `*/*` alone satisfies empty names."""
        if not self.secret and not self.public_key:
            self.log('Warning: Management API authentication is disabled: no key and no secret is configured.')
            return
        if header is None:
            raise invalid_token("'Authorization' header not provided")
        token = bare(header)
        algorithm, key = ('HS256', self.secret) if self.secret else ('RS256', self.public_key)
        try:
            claims = jwt.verify(token, algorithm, key)
        except jwt.TokenProblem as problem:
            raise invalid_token(f"Token can't be decoded: {problem}") from None
        check_grants(claims, name, stage)


def bare(header):
    """The token; the scheme may have any case, and any number of blanks after it."""
    scheme, _, rest = header.strip().partition(' ')
    return rest.strip() if scheme.lower() == 'bearer' and rest else header.strip()


def check_grants(claims, name, stage):
    """Any one matching grant is enough; they are tried in order, and a malformed one on the way is an error."""
    grants = claims.get('grants') if isinstance(claims, dict) else None
    expires = claims.get('exp') if isinstance(claims, dict) else None
    well_formed = isinstance(grants, list) and isinstance(expires, int) and not isinstance(expires, bool) and all(
        isinstance(grant, dict) and isinstance(grant.get('target'), str) and isinstance(grant.get('action'), str)
        for grant in grants
    )
    if not well_formed:
        raise invalid_token('Failed to parse token data')
    for grant in grants:
        parts = grant['target'].split('/')
        if len(parts) != 2 or not all(parts):
            # As Java splits: without empty parts at the end.
            parts = parts if any(parts) else []
            raise invalid_token(f"Contained invalid grant 'Vector({', '.join(parts)})'")
        if all(part in ('*', wanted) for part, wanted in zip(parts, (name, stage))):
            return
    raise invalid_token(f'Token contained {len(grants)} grants but none satisfied the request.')


def check_service(version, secrets, header):
    """Without secrets the service is open; otherwise any one of them must have signed the token."""
    if not secrets:
        return
    token = bare(header or '')
    for secret in secrets:
        try:
            jwt.verify(token, 'HS256', secret, check_times=version.service_tokens_expire)
            return
        except jwt.TokenProblem:
            continue
    blank = ' ' if version.since(1, 4) and not version.since(1, 6) else ''
    raise ApiError(3015, f'{blank}Your token is invalid. It might have expired or you might be using a token from a '
                         'different project.')


def service_token(project):
    """What generateProjectToken returns: signed with the first secret, valid for a day; None without secrets."""
    if not project.secrets:
        return ''
    claims = {'data': {'service': f'{project.name}@{project.stage}', 'roles': ['admin']}, 'exp': int(time.time()) + 86400}
    return jwt.sign(claims, project.secrets[0])
