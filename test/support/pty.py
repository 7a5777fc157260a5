"""Runs a command on a pseudo terminal. Arguments: rows, columns, the command.

Reads orders from stdin, one JSON object a line: {"write": text}, {"resize": [rows, columns]}. Copies the terminal's output to
stdout. When the command has ended, writes to stderr its status and the terminal's settings before and after, as JSON.
"""
import fcntl, json, os, select, signal, struct, sys, termios

rows, columns = int(sys.argv[1]), int(sys.argv[2])
master, slave = os.openpty()


def resize(rows, columns):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


def settings():
    return [str(value) for value in termios.tcgetattr(slave)]


resize(rows, columns)
before = settings()
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.closerange(3, 256)
    os.execvp(sys.argv[3], sys.argv[3:])

orders, status = b'', None
sources = [0, master]
while True:
    # Before looking for output, so that what it wrote last is not missed.
    if status is None:
        pid, code = os.waitpid(child, os.WNOHANG)
        if pid:
            status = os.waitstatus_to_exitcode(code)
    ready = select.select(sources, [], [], 0.02)[0]
    if master in ready:
        os.write(1, os.read(master, 65536))
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            sources.remove(0)
        *lines, orders = (orders + data).split(b'\n')
        for line in lines:
            order = json.loads(line)
            if 'resize' in order:
                resize(*order['resize'])
            else:
                os.write(master, order['write'].encode())
    if status is not None and master not in ready:
        break
sys.stderr.write(json.dumps({'status': status, 'before': before, 'after': settings()}))
