/** Docker's options of `run` that we know and refuse, and why. */

const NO_NETWORK = 'a container here has a loopback interface and no other network';
const NO_LIMITS = 'there are no resource limits yet';
const NO_DAEMON = 'there is no daemon that would do it';
const FIXED = 'every container gets the same isolation, so that it can be explained';

export const UNSUPPORTED: Readonly<Record<string, string>> = {
  p: NO_NETWORK,
  publish: NO_NETWORK,
  P: NO_NETWORK,
  'publish-all': NO_NETWORK,
  expose: NO_NETWORK,
  network: NO_NETWORK,
  net: NO_NETWORK,
  dns: NO_NETWORK,
  'add-host': NO_NETWORK,
  link: NO_NETWORK,
  ip: NO_NETWORK,
  'mac-address': NO_NETWORK,
  m: NO_LIMITS,
  memory: NO_LIMITS,
  'memory-swap': NO_LIMITS,
  c: NO_LIMITS,
  cpus: NO_LIMITS,
  'cpu-shares': NO_LIMITS,
  'cpuset-cpus': NO_LIMITS,
  'pids-limit': NO_LIMITS,
  ulimit: NO_LIMITS,
  'shm-size': '/dev/shm has 64 MiB',
  restart: 'there is no daemon that would do it; systemd or cron can call tinydocker start',
  'health-cmd': NO_DAEMON,
  privileged: FIXED,
  'cap-add': FIXED,
  'cap-drop': FIXED,
  'security-opt': FIXED,
  pid: FIXED,
  ipc: FIXED,
  uts: FIXED,
  userns: FIXED,
  cgroupns: FIXED,
  sysctl: FIXED,
  runtime: 'the plan is the runtime',
  device: '/dev has null, zero, full, random, urandom and tty',
  gpus: '/dev has null, zero, full, random, urandom and tty',
  mount: 'use -v HOST-PATH:CONTAINER-PATH[:ro], or --tmpfs',
  'volumes-from': 'use -v HOST-PATH:CONTAINER-PATH[:ro]',
  platform: "an image runs on this machine's processor only",
  pull: 'images are not pulled; tinydocker image import makes one',
  l: 'containers have no labels',
  label: 'containers have no labels',
  cidfile: 'a container is known by its name',
  'log-driver': 'output goes to your terminal',
  'group-add': "the groups come from the image's /etc/group: -u USER:GROUP chooses one",
};

/** The same of `exec`. */
export const EXEC_UNSUPPORTED: Readonly<Record<string, string>> = {
  'detach-keys': 'there is nothing to detach from: the command ends with tinydocker',
  privileged: "a command gets the container's own capabilities, and none besides",
  'preserve-fds': 'a command gets descriptors 0, 1 and 2 only',
  l: 'name the container',
  latest: 'name the container',
};
