"""Subscriptions over WebSocket, as far as it was recorded: which requests are taken, under which protocol. No event is ever
sent."""

import base64
import hashlib

PROTOCOLS = ('graphql-subscriptions', 'graphql-ws')
_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'


def protocol(headers):
    """What both sides speak, for a request to change to WebSocket; None for any other."""
    if 'websocket' not in headers.get('Upgrade', '').lower() or not headers.get('Sec-WebSocket-Key'):
        return None
    offered = [one.strip() for one in headers.get('Sec-WebSocket-Protocol', '').split(',')]
    return next((one for one in offered if one in PROTOCOLS), None)


def acceptance(headers):
    """The headers of the answer that takes it."""
    digest = hashlib.sha1((headers['Sec-WebSocket-Key'] + _GUID).encode()).digest()
    return {'Upgrade': 'websocket', 'Connection': 'Upgrade', 'Sec-WebSocket-Protocol': protocol(headers),
            'Sec-WebSocket-Accept': base64.b64encode(digest).decode()}


def drain(stream):
    """Returns when the client is gone."""
    while stream.read1(4096):
        pass
