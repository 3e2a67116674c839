"""Tests of what a request with a bad body, or for a change to WebSocket, is told: the words were recorded."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from standin import malformed, sockets
from standin.errors import Crash
from standin.service import formats
from standin.version import Version

OLD, LATE = Version('1.1.3'), Version('1.34.12')


class TransferTest(unittest.TestCase):
    def refused(self, request, shape, version):
        with self.assertRaises(Crash) as caught:
            formats.check(request, shape, version)
        return str(caught.exception)

    def test_the_late_reader_tells_all_that_is_wrong(self):
        self.assertEqual(
            self.refused({}, formats.IMPORT, LATE),
            'JsResultException(errors:List((/valueType,List(JsonValidationError(List(error.path.missing),WrappedArray()))), '
            '(/values,List(JsonValidationError(List(error.path.missing),WrappedArray())))))')
        request = {'fileType': 'nodes', 'cursor': {'table': '0', 'row': 0}}
        self.assertIn('/cursor/table,List(JsonValidationError(List(error.expected.jsnumber)',
                      self.refused(request, formats.export_shape(LATE), LATE))

    def test_the_old_reader_tells_the_first(self):
        request = {'fileType': 'nodes', 'cursor': {'table': 0, 'row': 0}}
        shape = formats.export_shape(OLD)
        self.assertEqual(self.refused(request, shape, OLD), "Object is missing required member 'field'")
        self.assertEqual(self.refused([], formats.IMPORT, OLD), "Object expected in field 'valueType'")
        request['cursor']['table'] = '0'
        self.assertEqual(self.refused(request, shape, OLD), 'Expected Int as JsNumber, but got "0"')

    def test_text_that_is_no_json(self):
        def told(text, version):
            with self.assertRaises(malformed.NoJson) as caught:
                malformed.decode(text, version)
            return str(caught.exception)

        self.assertEqual(told('{', OLD), "Unexpected end-of-input at input index 1 (line 1, position 2), expected '\"':\n{\n ^\n")
        self.assertTrue(told('nonsense', OLD).startswith("Unexpected character 'o' at input index 0"))
        self.assertTrue(told('x', LATE).startswith("Unrecognized token 'x': was expecting ('true', 'false' or 'null')\n at "))

    def test_protocols_of_sockets(self):
        headers = {'Upgrade': 'websocket', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ=='}
        self.assertIsNone(sockets.protocol(headers))
        headers['Sec-WebSocket-Protocol'] = 'graphql-transport-ws'
        self.assertIsNone(sockets.protocol(headers))
        headers['Sec-WebSocket-Protocol'] = 'graphql-ws, graphql-subscriptions'
        self.assertEqual(sockets.protocol(headers), 'graphql-ws')
        self.assertEqual(sockets.acceptance(headers)['Sec-WebSocket-Accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')


if __name__ == '__main__':
    unittest.main()
