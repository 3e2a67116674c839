"""Tests of what is read from a request's body, and what is said of one that cannot be read."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from standin.body import BadBody, read
from standin.version import Version

V1_1, V1_34 = Version('1.1.3'), Version('1.34.12')


class BodyTest(unittest.TestCase):
    def refused(self, body, version):
        with self.assertRaises(BadBody) as caught:
            read(body, version)
        return str(caught.exception)

    def test_bodies_that_can_be_read(self):
        body = {'query': '{ a }', 'variables': {'b': 1}, 'operationName': ''}
        self.assertEqual(read(body, V1_34), ('{ a }', {'b': 1}, ''))
        self.assertEqual(read(body, V1_1), ('{ a }', {'b': 1}, None))
        self.assertEqual(read({'query': '{ a }', 'variables': '{"b": 1}'}, V1_1), ('{ a }', {'b': 1}, None))
        self.assertEqual(read({'variables': None}, V1_34), ('', {}, None))

    def test_bodies_that_cannot_be_read(self):
        self.assertEqual(self.refused(None, V1_34), 'request malformed')
        self.assertEqual(self.refused({'query': 1}, V1_34), 'JsError.get')
        self.assertEqual(self.refused({'query': '{ a }', 'variables': '{}'}, V1_34), 'JsError.get')
        self.assertEqual(self.refused({}, V1_1), 'key not found: query')
        self.assertEqual(self.refused([], V1_1), '[] (of class spray.json.JsArray)')
        self.assertEqual(self.refused({'query': None}, V1_1), 'null (of class spray.json.JsNull$)')


if __name__ == '__main__':
    unittest.main()
