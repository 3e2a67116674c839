"""placeholder"""
from .. import auth
class ServiceApi:
    def __init__(self, app): self.app=app
    def allow(self, project, authorization): auth.check_service(self.app.version, project.secrets, authorization)
    def run(self, project, action, request, describe): raise NotImplementedError('service')
