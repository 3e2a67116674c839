"""docker-compose 1.x, loaded once: each line on stdin is a request, `{"folder": …, "env": {…}}`, which a forked child
answers as `docker-compose -p test -f FOLDER/docker-compose.yml config` does, on a line of stdout. Starting Python and
importing docker-compose takes most of the time of a run, and the tests need hundreds."""
import json
import os
import sys
import tempfile

import compose.cli.main


def config(request, stdout, stderr):
    os.dup2(stdout.fileno(), 1)
    os.dup2(stderr.fileno(), 2)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir("/")
    path = os.path.join(request["folder"], "docker-compose.yml")
    sys.argv = ["docker-compose", "-p", "test", "-f", path, "config"]
    compose.cli.main.main()


for line in sys.stdin:
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                config(json.loads(line), stdout, stderr)
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        answer = {"success": os.waitpid(child, 0)[1] == 0}
        for name, file in (("stdout", stdout), ("stderr", stderr)):
            file.seek(0)
            answer[name] = file.read().decode()
        print(json.dumps(answer), flush=True)
