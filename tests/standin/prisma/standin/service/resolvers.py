"""What the fields of a service's API do. Their context is the Rows of the request."""

from ..deploy.datamodel import field_named, is_relation


class Resolvers:
    def __init__(self, schema, model):
        self.schema, self.model = schema, model

    def mark(self, node, model=None):
        """A node knows its model, for fields of the type Node."""
        return node and {**node, '__model': (model or self.model)['name']}

    # Queries

    def any_node(self, _source, given, rows):
        for model in self.schema['models']:
            node = rows.one(model, {'id': given['id']})
            if node:
                return self.mark(node, model)
        return None

    def one(self, _source, given, rows):
        return self.mark(rows.one(self.model, given['where']))

    def many(self, _source, given, rows):
        return [self.mark(node) for node in page(rows, self.model, given)]

    def connection(self, _source, given, rows):
        nodes = self.many(None, given, rows)
        cursors = [node['id'] for node in nodes]
        return {
            'edges': [{'node': node, 'cursor': node['id']} for node in nodes],
            'pageInfo': {'hasNextPage': False, 'hasPreviousPage': False,
                         'startCursor': cursors[0] if cursors else None, 'endCursor': cursors[-1] if cursors else None},
            'aggregate': {'count': rows.count(self.model, given.get('where'))},
        }

    def scalar_list(self, field):
        return lambda node, _given, rows: rows.list_values(self.model, field, node['id'])

    def related_one(self, field):
        def resolve(node, _given, rows):
            other = rows.related_model(field)
            found = rows.find(other, ids=rows.related_ids(self.model, field, node['id'])[:1])
            return self.mark(found[0], other) if found else None
        return resolve

    def related_list(self, field):
        def resolve(node, given, rows):
            other = rows.related_model(field)
            ids = rows.related_ids(self.model, field, node['id'])
            return [self.mark(one, other) for one in page(rows, other, given, ids)]
        return resolve

    # Mutations

    def create(self, _source, given, rows):
        return self.by_id(rows, self.create_in(rows, self.model, given['data']))

    def by_id(self, rows, node_id):
        return self.mark(rows.one(self.model, {'id': node_id}))

    def create_in(self, rows, model, data):
        values, relations = self.split(model, data)
        node_id = rows.insert(model, values)
        for field, action in relations:
            self.relate(rows, model, field, node_id, action)
        return node_id

    @staticmethod
    def split(model, data):
        """Scalar values, and what is to be done with relations."""
        values, relations = {}, []
        for name, value in data.items():
            field = field_named(model, name)
            if is_relation(field):
                relations.append((field, value or {}))
            else:
                values[name] = (value or {}).get('set') or [] if field['isList'] else value
        return values, relations

    def relate(self, rows, model, field, node_id, action):
        other = rows.related_model(field)

        def each(key):
            given = action.get(key)
            return given if isinstance(given, list) else [given] if given is not None else []

        for data in each('create'):
            rows.connect(model, field, node_id, self.create_in(rows, other, data))
        for where in each('connect'):
            rows.connect(model, field, node_id, rows.needed(other, where)['id'])
        for where in each('disconnect'):
            if isinstance(where, dict):
                rows.disconnect(model, field, node_id, rows.needed(other, where)['id'])
            elif where:
                rows.disconnect(model, field, node_id)

    def update(self, _source, given, rows):
        node = rows.needed(self.model, given['where'])
        values, relations = self.split(self.model, given['data'])
        rows.update(self.model, node['id'], values)
        for field, action in relations:
            self.relate(rows, self.model, field, node['id'], action)
        return self.by_id(rows, node['id'])

    def upsert(self, source, given, rows):
        if rows.one(self.model, given['where']):
            return self.update(source, {'where': given['where'], 'data': given['update']}, rows)
        return self.create(source, {'data': given['create']}, rows)

    def delete(self, _source, given, rows):
        node = rows.needed(self.model, given['where'])
        # Lists and relations of the answer are empty: they are read after the deletion.
        rows.delete(self.model, node['id'])
        return self.mark(node)

    def delete_many(self, _source, given, rows):
        nodes = rows.find(self.model, given.get('where'))
        for node in nodes:
            rows.delete(self.model, node['id'])
        return {'count': len(nodes)}


def page(rows, model, given, ids=None):
    """The part of a list that first, last, skip, after and before ask for."""
    simple = not any(given.get(key) is not None for key in ('last', 'after', 'before'))
    where, order = given.get('where'), given.get('orderBy')
    if simple:
        return rows.find(model, where, order, given.get('first'), given.get('skip') or 0, ids)
    nodes = rows.find(model, where, order, ids=ids)
    known = [node['id'] for node in nodes]
    start = known.index(given['after']) + 1 if given.get('after') in known else 0
    end = known.index(given['before']) if given.get('before') in known else len(nodes)
    nodes = nodes[start:end][given.get('skip') or 0 :]
    if given.get('first') is not None:
        nodes = nodes[: given['first']]
    return nodes[max(0, len(nodes) - given['last']) :] if given.get('last') is not None else nodes
