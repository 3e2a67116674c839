"""placeholder"""
class Worker:
    def __init__(self, app): self.app=app
    def start(self): pass
