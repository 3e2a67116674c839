"""JSON web tokens: HS256 and RS256, checked in the order and with the texts of the library the real server uses.

Only what a test needs: no other algorithms, and no care for timing attacks beyond the standard library's.
"""

import base64
import hashlib
import hmac
import json
import re
import time

# DigestInfo of SHA-256, which stands before the digest in a PKCS #1 v1.5 signature.
_SHA256_PREFIX = bytes.fromhex('3031300d060960864801650304020105000420')


class TokenProblem(Exception):
    pass


def verify(token, algorithm, key, check_times=True, now=None):
    """The claims of a token signed with the key, or TokenProblem. `key` is text: a secret or a public key."""
    parts = token.split('.')
    if len(parts) not in (2, 3):
        raise TokenProblem(f'Expected token [{token}] to be composed of 2 or 3 parts separated by dots.')
    header, claims = _json(parts[0], 'header'), _json(parts[1], 'claim')
    signature = _decode(parts[2]) if len(parts) == 3 else b''
    message = f'{parts[0]}.{parts[1]}'.encode()
    check = _check_hs256 if algorithm == 'HS256' else _check_rs256
    if not signature:
        raise TokenProblem('No signature found inside the token while trying to verify it with a key.')
    if not isinstance(header, dict) or header.get('alg') != algorithm or not check(message, signature, key):
        raise TokenProblem('Invalid signature for this token or wrong algorithm.')
    if check_times and isinstance(claims, dict):
        _check_times(claims, time.time() if now is None else now)
    return claims


def sign(claims, secret):
    """An HS256 token."""
    parts = [_encode(json.dumps(part, separators=(',', ':')).encode()) for part in ({'typ': 'JWT', 'alg': 'HS256'}, claims)]
    message = '.'.join(parts)
    return message + '.' + _encode(hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest())


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def _decode(text):
    bad = re.search(r'[^A-Za-z0-9_=-]', text)
    if bad:
        raise TokenProblem(f'Illegal base64 character {ord(bad.group()):x}')
    if len(text) == 1:
        raise TokenProblem('Input byte[] should at least have 2 bytes for base64 bytes')
    try:
        return base64.urlsafe_b64decode(text.rstrip('=') + '=' * (-len(text.rstrip('=')) % 4))
    except ValueError:
        raise TokenProblem('Input byte array has incorrect ending byte') from None


def _json(text, what):
    try:
        return json.loads(_decode(text).decode())
    except ValueError:
        # The real server does not expect that: its answer is an internal error.
        raise RuntimeError(f'The {what} is not JSON.') from None


def _check_times(claims, now):
    def moment(seconds):
        return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))

    expires, not_before = claims.get('exp'), claims.get('nbf')
    if isinstance(not_before, int) and now < not_before:
        raise TokenProblem(f'The token will only be valid after {moment(not_before)}')
    if isinstance(expires, int) and now >= expires:
        raise TokenProblem(f'The token is expired since {moment(expires)}')


def _check_hs256(message, signature, secret):
    return hmac.compare_digest(hmac.new(secret.encode(), message, hashlib.sha256).digest(), signature)


def _check_rs256(message, signature, key):
    modulus, exponent = public_key(key)
    size = (modulus.bit_length() + 7) // 8
    if len(signature) != size:
        return False
    digest = _SHA256_PREFIX + hashlib.sha256(message).digest()
    expected = b'\x00\x01' + b'\xff' * (size - len(digest) - 3) + b'\x00' + digest
    return pow(int.from_bytes(signature, 'big'), exponent, modulus).to_bytes(size, 'big') == expected


def public_key(text):
    """Modulus and exponent of an X.509 public key: PEM, or its base64 alone.

    The armour is removed by a greedy pattern for one line, so armour and body on one line leave nothing; line breaks
    that became the characters `\\n` or blanks are not base64.
    """
    body = re.sub(r'-----BEGIN (.*)-----', '', text)
    body = re.sub(r'-----END (.*)-----', '', body)
    body = body.replace('\r\n', '').replace('\n', '').strip()
    bad = re.search(r'[^A-Za-z0-9+/=]', body)
    if bad:
        raise TokenProblem(f'Illegal base64 character {ord(bad.group()):x}')
    try:
        outer = _der(base64.b64decode(body), 0x30)
        algorithm, rest = _take(outer, 0x30)
        if b'\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01' not in algorithm:
            raise ValueError('not an RSA key')
        inner = _der(_der(rest, 0x03)[1:], 0x30)
        modulus, rest = _take(inner, 0x02)
        return int.from_bytes(modulus, 'big'), int.from_bytes(_der(rest, 0x02), 'big')
    except (ValueError, IndexError):
        raise TokenProblem('java.security.InvalidKeyException: invalid key format') from None


def _take(data, tag):
    """The content of the first element, which must have the tag, and what follows it."""
    if data[0] != tag:
        raise ValueError('unexpected element')
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], 'big')
    if len(data) < start + length:
        raise ValueError('cut short')
    return data[start : start + length], data[start + length :]


def _der(data, tag):
    return _take(data, tag)[0]
