/** Why things fail: each row is produced for real by a test, which finds what has to be said here. docs/errors.md shows the same rows. */

import type { LessonName } from '../../src/plan/lessons.ts';

export interface CauseRow {
  readonly id: string;
  /** How the test produces it. */
  readonly made: string;
  /** What is said, as a whole sentence; what depends on the machine stands in braces. */
  readonly said: string;
  readonly lesson?: LessonName;
}

export interface CauseGroup {
  readonly title: string;
  readonly rows: readonly CauseRow[];
}

const PIVOT: readonly CauseRow[] = [
  {
    id: 'pivot-new-root-missing',
    made: 'pivot_root gets a new root that nobody has made (ENOENT)',
    said: 'The new root {M}/none does not exist.',
    lesson: 'pivot-root',
  },
  {
    id: 'pivot-put-old-missing',
    made: 'pivot_root gets a place for the old root that nobody has made (ENOENT)',
    said: 'The directory for the old root, {M}/dev/none, does not exist.',
    lesson: 'pivot-root',
  },
  {
    id: 'pivot-no-mount-point',
    made: 'pivot_root gets a plain directory as new root (EBUSY, or EINVAL if that is not on the file system of the root)',
    said: 'The new root {C}/upper is not a mount point, and pivot_root swaps mounts, not directories.',
    lesson: 'pivot-root',
  },
  {
    id: 'pivot-present-root',
    made: 'pivot_root gets / as new root (EBUSY)',
    said: 'The new root / is the root already.',
    lesson: 'pivot-root',
  },
  {
    id: 'pivot-shared-parent',
    made: "the mount above the new root is made shared before, in the container's mount table (EINVAL)",
    said: 'The kernel refuses pivot_root because the parent mount of $M, which is mounted on {path}, is shared: the swap would be copied to other mount tables.',
    lesson: 'pivot-root',
  },
  {
    id: 'pivot-shared-put-old',
    made: 'the mount for the old root is made shared before (EINVAL)',
    said: 'The kernel refuses pivot_root because the mount of $M/dev/.old, which is mounted on {M}/dev, is shared: the swap would be copied to other mount tables.',
    lesson: 'pivot-root',
  },
  {
    id: 'pivot-put-old-elsewhere',
    made: 'pivot_root gets a place for the old root outside of the new one (EINVAL, or EBUSY if that is on the file system of the root)',
    said: 'The directory for the old root, {C}, is not below the new root {M}, where the old one could still be reached.',
    lesson: 'pivot-root',
  },
  {
    id: 'pivot-one-directory',
    made: 'pivot_root gets one directory',
    said: 'pivot_root takes two directories, the new root and where to put the old one, and was given 1.',
    lesson: 'pivot-root',
  },
];

const OVERLAY: readonly CauseRow[] = [
  {
    id: 'overlay-layer-gone',
    made: 'the directory of a layer is moved away',
    said: 'A layer of the image is missing in the store: {path} does not lead to a directory.',
    lesson: 'layers',
  },
  {
    id: 'overlay-option-unknown',
    made: 'the option lowerdir is misspelt (EINVAL)',
    said: 'The overlay has the option "lowerdri", which is none of mount(8) and none that overlay is known to have.',
    lesson: 'layers',
  },
  {
    id: 'overlay-options-conflict',
    made: "an ordinary user's overlay, which has userxattr, gets redirect_dir=on as well (EINVAL)",
    said: 'The overlay has both userxattr and redirect_dir=on, which exclude each other.',
    lesson: 'fake-root',
  },
  {
    id: 'overlay-no-lower',
    made: 'the option lowerdir is left out (EINVAL)',
    said: 'The overlay has no lowerdir: its options name no directory to stand on.',
    lesson: 'layers',
  },
  {
    id: 'overlay-lower-missing',
    made: 'lowerdir names a directory that does not exist',
    said: 'The lower directory {store}/nowhere of the overlay does not exist.',
    lesson: 'layers',
  },
  {
    id: 'overlay-lower-twice',
    made: 'lowerdir names one directory twice (ELOOP)',
    said: 'The overlay has the lower directory {link} twice, which the kernel refuses.',
    lesson: 'layers',
  },
  {
    id: 'overlay-too-many-layers',
    made: 'lowerdir names 501 directories',
    said: 'The overlay has 501 lower directories, and the kernel takes at most 500.',
    lesson: 'layers',
  },
  {
    id: 'overlay-options-too-long',
    made: 'lowerdir names 60 directories by long paths',
    said: 'The options of the overlay have {number} bytes, and mount(2) takes at most 4095: what comes behind is cut off.',
    lesson: 'layers',
  },
  {
    id: 'overlay-upper-missing',
    made: 'upperdir names a directory that does not exist',
    said: 'The upper directory {path}/none of the overlay does not exist.',
    lesson: 'where-writes-go',
  },
  {
    id: 'overlay-no-work',
    made: 'the option workdir is left out',
    said: 'The overlay has an upperdir and no workdir, where files are prepared before they appear in it.',
    lesson: 'where-writes-go',
  },
  {
    id: 'overlay-work-elsewhere',
    made: 'a tmpfs is mounted on the work directory before (EINVAL)',
    said: 'workdir and upperdir of the overlay are on different mounts ({path} and {path}): what is prepared in the one could not be renamed into the other.',
    lesson: 'where-writes-go',
  },
  {
    id: 'overlay-work-in-upper',
    made: 'workdir names a directory in upperdir (EINVAL)',
    said: 'workdir and upperdir of the overlay lie one in the other.',
    lesson: 'where-writes-go',
  },
  {
    id: 'overlay-upper-in-use',
    made: 'another overlay is mounted with this upperdir before, and this one with index=on (EBUSY; without, the kernel only writes a line to its log)',
    said: 'The upper directory $C/upper is in use by another overlay, which is mounted on {path}: what two of them write, they would spoil for each other.',
    lesson: 'where-writes-go',
  },
  {
    id: 'overlay-on-overlay',
    made: 'the store is on an overlay, as in a docker container',
    said: 'The store {path} is on a file system of type overlay (mounted on {path}), which overlay does not take for its upper layer: an upper layer can not be an overlay itself, as the root of a docker container is.',
    lesson: 'where-writes-go',
  },
];

const NAMESPACES: readonly CauseRow[] = [
  {
    id: 'namespaces-at-limit',
    made: 'a sysctl user.max_*_namespaces is 0 in a user namespace of the test, each of the seven in turn; the lesson is that of the kind',
    said: 'No more {name} namespaces can be made: the sysctl user.max_{kind}_namespaces is 0.',
  },
  {
    id: 'init-gone',
    made: "the container's init is killed before the overlay is mounted",
    said: "The container's init, process {number}, has ended before everything was ready, and its namespaces with it.",
    lesson: 'pid-1',
  },
  {
    id: 'namespaces-nested',
    made: '33 user namespaces, one in the other, are made before (ENOSPC)',
    said: 'The limit for namespaces is reached: one of the sysctls user.max_*_namespaces in a user namespace around this one, or the 32 levels to which user namespaces can be nested.',
    lesson: 'fake-root',
  },
  {
    id: 'userns-chroot',
    made: 'the program runs in a chroot (EPERM)',
    said: 'User namespaces are denied to this process because it is in a chroot: its root directory is not the root of its mount table.',
    lesson: 'fake-root',
  },
  {
    id: 'userns-seccomp',
    made: 'a seccomp filter refuses unshare(2) to an ordinary user (EPERM)',
    said: 'User namespaces are denied to this process by a seccomp filter, as container engines and systemd services set one.',
    lesson: 'fake-root',
  },
  {
    id: 'namespaces-seccomp',
    made: 'a seccomp filter refuses unshare(2) to root (EPERM)',
    said: 'New namespaces are denied to this process by a seccomp filter, as container engines and systemd services set one.',
    lesson: 'a-process',
  },
  {
    id: 'userns-sysctl',
    made: 'unshare(2) is refused, and a file in the place of the sysctl (which not every kernel has) says 0',
    said: 'User namespaces are denied to ordinary users by the sysctl kernel.unprivileged_userns_clone=0.',
    lesson: 'fake-root',
  },
  {
    id: 'userns-apparmor',
    made: 'unshare(2) is refused, and a file in the place of the sysctl of AppArmor says 1',
    said: 'User namespaces are denied to ordinary users by AppArmor: the sysctl kernel.apparmor_restrict_unprivileged_userns is 1.',
    lesson: 'fake-root',
  },
  {
    id: 'newuidmap-no-new-privs',
    made: 'no_new_privs is set before',
    said: 'The program newuidmap can not use its privileges, because no_new_privs is set for this process (see prctl(2)).',
    lesson: 'fake-root',
  },
  {
    id: 'newuidmap-not-setuid',
    made: 'a newuidmap without the setuid bit is bound over the real one',
    said: 'The program newuidmap may not map ids: {path} is not setuid root, nor has it the capability for it.',
    lesson: 'fake-root',
  },
  {
    id: 'newuidmap-nosuid',
    made: 'newuidmap is on a mount with the option nosuid',
    said: 'The program newuidmap can not use its privileges, because {path} is mounted with the option "nosuid".',
    lesson: 'fake-root',
  },
  {
    id: 'subuid-range',
    made: '/etc/subuid gives a range that runs over the last id there is',
    said: 'The program newuidmap can not map the range that /etc/subuid gives: 65536 ids from 4294967290 run over the last one that there is, 4294967295.',
    lesson: 'fake-root',
  },
  {
    id: 'proc-covered',
    made: 'a tmpfs covers a part of /proc, as in a docker container (EPERM)',
    said: 'The kernel refuses an ordinary user a fresh /proc, because the present one is restricted: a file system is mounted over /proc/fs.',
    lesson: 'fake-root',
  },
];

const PROGRAMS: readonly CauseRow[] = [
  {
    id: 'program-missing',
    made: 'a whiteout hides a program of a step, eight in turn',
    said: 'The program {name} is not installed; the step {id} needs it.',
  },
  {
    id: 'program-unknown',
    made: 'the program of a step is misspelt',
    said: 'There is no program hostnme: it is in none of the directories {path}.',
  },
  {
    id: 'program-no-execute',
    made: 'a text file is run as a program',
    said: 'The program /etc/passwd can not be executed: /etc/passwd has no execute permission.',
  },
  {
    id: 'program-directory',
    made: 'a directory is run as a program',
    said: 'The program /etc can not be executed: /etc is a directory.',
  },
  {
    id: 'option-unknown',
    made: 'a step gets an option that its program does not have',
    said: 'The program mount does not know the option --no-such-option.',
  },
  {
    id: 'unshare-option-unknown',
    made: 'unshare gets an option that it does not have',
    said: 'The program unshare does not know the option --no-such-option.',
  },
  {
    id: 'mount-point-missing',
    made: 'something is mounted on a directory that does not exist',
    said: 'The mount point {M}/none does not exist: something is mounted on a directory or a file that is there.',
    lesson: 'mount-namespace',
  },
  {
    id: 'bind-source-missing',
    made: 'a path that does not exist is bound (mount says "special device does not exist")',
    said: 'The source {C}/none, which is to appear a second time, does not exist.',
    lesson: 'mount-namespace',
  },
  {
    id: 'not-mounted',
    made: 'a directory that nothing is mounted on is unmounted (EINVAL)',
    said: 'Nothing is mounted on {C}/upper in the mount table of this command.',
    lesson: 'mount-namespace',
  },
  {
    id: 'mount-busy',
    made: 'a mount with others below it is unmounted (EBUSY)',
    said: 'The mount on {M} is busy: {mounts} mounted below it.',
    lesson: 'mount-namespace',
  },
  {
    id: 'hostname-too-long',
    made: 'a hostname of 65 bytes is set (EINVAL)',
    said: 'The hostname has 65 bytes, and Linux takes at most 64.',
    lesson: 'hostname-and-ipc',
  },
];

const COMMANDS: readonly CauseRow[] = [
  {
    id: 'command-not-in-path',
    made: 'a misspelt command',
    said: 'The command "lss" is not in the image; looked for in PATH={path}.',
  },
  {
    id: 'command-missing',
    made: 'a path that the image does not have',
    said: 'The command "/bin/shh" does not exist in the image.',
  },
  {
    id: 'command-directory',
    made: 'a directory as the command',
    said: 'The command "/etc" can not be executed: it is a directory.',
  },
  {
    id: 'command-no-execute',
    made: 'a text file as the command',
    said: 'The command "/etc/text" can not be executed: its mode has no execute permission.',
  },
  {
    id: 'command-crlf',
    made: 'a script whose lines end in CR LF',
    said: 'The command "crlf" can not be executed: its lines end in CR LF, so it asks for the interpreter {name}.',
  },
  {
    id: 'script-interpreter',
    made: 'a script for a program that the image does not have',
    said: 'The command "lost" can not be executed: it is a script for "/usr/bin/python9", which the image has not.',
  },
  {
    id: 'elf-interpreter',
    made: 'an ELF file whose loader the image does not have',
    said: 'The command "dynamic" can not be executed: it is dynamically linked, and the image has no /lib64/ld-none.so.2.',
  },
  {
    id: 'wrong-architecture',
    made: 'an ELF file for another machine',
    said: 'The command "foreign" can not be executed: it is made for mips, and this machine is {name}.',
  },
  {
    id: 'volume-noexec',
    made: 'a program in a volume from a tmpfs with the option noexec (EACCES)',
    said: 'The command "/data/tool" can not be executed: it is in the volume {path}, and that is on {path}, which is mounted with the option "noexec".',
  },
];

const STORE: readonly CauseRow[] = [
  {
    id: 'store-read-only',
    made: 'the store is bound read-only (EROFS)',
    said: 'The store {path} is read-only: {path} is mounted with the option "ro".',
    lesson: 'where-writes-go',
  },
  {
    id: 'disk-full',
    made: 'the store is on a tmpfs that a file has filled (ENOSPC)',
    said: 'The disk is full: there is no space left on {path}, where the store {path} is.',
    lesson: 'where-writes-go',
  },
  {
    id: 'no-inodes',
    made: 'the store is on a tmpfs that has no inodes left (ENOSPC)',
    said: 'The file system of the store {path} has no inodes left: it holds as many files as it can.',
    lesson: 'where-writes-go',
  },
  {
    id: 'store-of-another-user',
    made: 'the store belongs to root, and an ordinary user runs',
    said: 'You may not write to the store: {path} belongs to root, and you are {user}.',
    lesson: 'where-writes-go',
  },
  {
    id: 'store-mode',
    made: 'the mode of the store forbids writing',
    said: 'You may not write to the store: the mode of {path}containers forbids it.',
    lesson: 'where-writes-go',
  },
  {
    id: 'store-incomplete',
    made: 'the directory for containers is moved away',
    said: 'The store {path} has no directory for containers.',
    lesson: 'where-writes-go',
  },
  {
    id: 'image-missing',
    made: 'an image that the store does not have',
    said: 'There is no image "bsae".',
  },
  {
    id: 'name-running',
    made: 'a second container of the name of one that runs',
    said: 'The name x1 is in use: a container of that name is running.',
    lesson: 'two-containers',
  },
  {
    id: 'name-kept',
    made: 'a second container of the name of one that was kept; also when that came a moment before',
    said: 'The name x1 is in use: a container of that name ended and was kept (--keep).',
    lesson: 'two-containers',
  },
  {
    id: 'open-files',
    made: 'the limit on open files is 20 to 34 (EMFILE)',
    said: 'No more files can be opened: the limit on open files is {number}.',
  },
  {
    id: 'processes-of-group',
    made: 'a control group of the test takes only a few processes (EAGAIN)',
    said: 'No more processes can be started: the control group {path} takes {number} at most, threads included.',
    lesson: 'a-process',
  },
];

const VOLUMES: readonly CauseRow[] = [
  {
    id: 'volume-source-missing',
    made: 'a volume from a path that does not exist',
    said: 'The volume\'s source "{path}gone" can not be mounted: it does not exist.',
  },
  {
    id: 'volume-target-no-directory',
    made: 'a volume that is a directory, on a file of the image',
    said: 'The volume {path}:/etc/passwd can not be mounted: the target /etc/passwd is not a directory.',
    lesson: 'mount-namespace',
  },
  {
    id: 'volume-target-leads-out',
    made: 'a volume on /../../data',
    said: 'The volume {path}:/../../data can not be mounted: the target /../../data leads out of the container.',
    lesson: 'mount-namespace',
  },
  {
    id: 'workdir-in-file',
    made: 'a working directory below a file of the image',
    said: 'The working directory /etc/passwd/x can not be made: the target {path} is not a directory.',
    lesson: 'mount-namespace',
  },
  {
    id: 'on-purpose',
    made: '--fail-at, for each step in turn',
    said: 'The step {id} failed because --fail-at asked for it.',
    lesson: 'clean-up',
  },
];

export const CAUSES: readonly CauseGroup[] = [
  { title: 'pivot_root', rows: PIVOT },
  { title: 'The overlay', rows: OVERLAY },
  { title: 'Namespaces and ids', rows: NAMESPACES },
  { title: 'Programs of the steps, and steps that were edited', rows: PROGRAMS },
  { title: 'The command', rows: COMMANDS },
  { title: 'The store, names and limits', rows: STORE },
  { title: 'Volumes, and failures on purpose', rows: VOLUMES },
];
