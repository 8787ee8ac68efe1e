"""`delegate doctor`: facts of registry and machine, pure checks over them, repairs that are safe."""
