"""placeholder"""
class Deployer:
    def __init__(self, app): self.app=app
    def deploy(self, project, given): raise NotImplementedError('deploy')
