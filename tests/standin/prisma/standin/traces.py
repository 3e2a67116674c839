"""What the JVM prints when the real server cannot go on: an exception, where it happened, and what it was caused by.

Lines and depth are those of a real trace (55 lines, three `Caused by`); the places in it are near enough.
"""

_POOL = (
    'com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:548)',
    'com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:186)',
    'com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:145)',
    'com.zaxxer.hikari.HikariDataSource.getConnection(HikariDataSource.java:83)',
    'slick.jdbc.hikaricp.HikariCPJdbcDataSource.createConnection(HikariCPJdbcDataSource.scala:14)',
    'slick.jdbc.JdbcBackend$BaseSession.<init>(JdbcBackend.scala:439)',
    'slick.jdbc.JdbcBackend$DatabaseDef.createSession(JdbcBackend.scala:47)',
    'slick.jdbc.JdbcBackend$DatabaseDef.createSession(JdbcBackend.scala:38)',
    'slick.basic.BasicBackend$DatabaseDef.acquireSession(BasicBackend.scala:218)',
    'slick.basic.BasicBackend$DatabaseDef.acquireSession$(BasicBackend.scala:217)',
    'slick.jdbc.JdbcBackend$DatabaseDef.acquireSession(JdbcBackend.scala:38)',
    'slick.basic.BasicBackend$DatabaseDef$$anon$2.run(BasicBackend.scala:239)',
    'java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1149)',
    'java.util.concurrent.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:624)',
    'java.lang.Thread.run(Thread.java:748)',
)
_DRIVER = {
    'mysql': ('org.mariadb.jdbc.internal.protocol.AbstractConnectProtocol.connect(AbstractConnectProtocol.java:416)',
              'org.mariadb.jdbc.internal.protocol.AbstractConnectProtocol.connectWithoutProxy(AbstractConnectProtocol.java:1031)',
              'org.mariadb.jdbc.internal.util.Utils.retrieveProxy(Utils.java:483)',
              'org.mariadb.jdbc.MariaDbConnection.newConnection(MariaDbConnection.java:144)',
              'org.mariadb.jdbc.Driver.connect(Driver.java:90)'),
    'postgres': ('org.postgresql.core.v3.ConnectionFactoryImpl.openConnectionImpl(ConnectionFactoryImpl.java:280)',
                 'org.postgresql.core.ConnectionFactory.openConnection(ConnectionFactory.java:49)',
                 'org.postgresql.jdbc.PgConnection.<init>(PgConnection.java:195)',
                 'org.postgresql.Driver.makeConnection(Driver.java:452)',
                 'org.postgresql.Driver.connect(Driver.java:254)'),
}
_MAIN = (
    'slick.util.AsyncExecutor$$anon$2.run(AsyncExecutor.scala:166)',
    'scala.concurrent.impl.Promise$DefaultPromise.ready(Promise.scala:254)',
    'scala.concurrent.Await$.result(package.scala:146)',
    'com.prisma.deploy.connector.DeployConnector.initialize(DeployConnector.scala:37)',
    'com.prisma.local.PrismaLocalDependencies.initialize(PrismaLocalDependencies.scala:41)',
    'com.prisma.local.PrismaLocalMain$.delayedEndpoint$com$prisma$local$PrismaLocalMain$1(PrismaLocalMain.scala:12)',
    'com.prisma.local.PrismaLocalMain.main(PrismaLocalMain.scala)',
)


def _places(places):
    return [f'\tat {place}' for place in places]


def without_connection(version, connector, reason):
    """The pool has waited in vain for a connection; `reason` is what the driver says of it (see `database`), '' if it
    still waits for an answer."""
    driver = _DRIVER[connector]
    if connector == 'postgres' and version.is_late and reason:
        return _plain(f'org.postgresql.util.PSQLException: {reason}', driver)
    pool = 'database' if version.since(1, 2) else 'internalRoot'
    lines = [f'java.sql.SQLTransientConnectionException: {pool} - Connection is not available, request timed out after '
             '5004ms.', *_places(_POOL + _MAIN)]
    if reason:
        for cause, depth in zip(_causes(connector, reason), (10, 11, 5)):
            lines += [f'Caused by: {cause}', *_places((driver * 3)[:depth]), f'\t... {len(_MAIN)} more']
    return '\n'.join(lines)


def _causes(connector, reason):
    if connector == 'postgres':
        return [f'org.postgresql.util.PSQLException: {reason}'] * 3
    if reason.startswith('Access denied'):
        kind = 'java.sql.SQLInvalidAuthorizationSpecException'
        return [f'{kind}: Could not connect: {reason}', f'{kind}: {reason}', f'java.sql.SQLException: {reason}']
    kind = 'java.sql.SQLNonTransientConnectionException'
    last = 'java.net.UnknownHostException: ' if 'not known' in reason else 'java.net.ConnectException: '
    return [f'{kind}: {reason}', f'{kind}: {reason}', last + reason.rsplit(' : ', 1)[-1]]


def _plain(first, places):
    return '\n'.join([first, *_places(places), *_places(_MAIN)])


def of_step(text):
    """The failure of a step of a migration; `text` is what the driver says of it."""
    return '\n'.join([text, *_places(_POOL[-8:])])


def without_lock(version, connector, seconds):
    """The end of a server that did not get the deployment lock."""
    if connector == 'mysql' and not version.is_late:
        return ('Fatal error during deployment worker initialization: java.sql.SQLNonTransientConnectionException: '
                '(conn=7) Connection timed out')
    return ('Fatal error during deployment worker initialization: akka.pattern.AskTimeoutException: Ask timed out on '
            f'[Actor[akka://single-server/user/$a#1]] after [{int(seconds * 1000)} ms]')
