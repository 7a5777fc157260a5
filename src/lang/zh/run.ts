/** What the plans of run and start say. */

import type { Catalogue } from '../catalogue.ts';

export const run = (): Catalogue => ({
  'run {name} from the image {image}': '从镜像 {image} 运行 {name}',
  'start {name} again': '再次启动 {name}',

  // Variables.
  'the store': '存储目录',
  "the container's directory": '容器的目录',
  'where its root file system is assembled': '组装其根文件系统的地方',
  "the parent of init, on the host's side of the PID namespace":
    'init 的父进程，位于 PID 命名空间的宿主机一侧',
  'init, PID 1 of the container, until it becomes the command': 'init，容器的 PID 1，直到它变成用户命令',
  "gives the caller's terminal its settings back": '恢复调用者终端的设置',
  "makes the image's volumes, and fills them with what the image has there":
    '创建镜像声明的卷，并用镜像中该处的内容填充',
  'mounts on a path of the new root without following a link out of it':
    '挂载到新根下的某个路径，且不会跟随链接走出新根',
  "the host's PID of init, the container's PID 1": 'init（容器的 PID 1）在宿主机上的 PID',
  "the container's terminal, as the host calls it": '容器的终端在宿主机上的名字',
  'when the command started': '命令开始的时间',
  'processes that the kernel killed for want of memory until then': '在此之前内核因内存不足而杀死的进程数',
  'when it ended': '命令结束的时间',
  'whether it was killed for want of memory': '它是否因内存不足而被杀死',
  'takes the container, unless somebody has it': '占用该容器，除非已有人占用',

  // Phases.
  'Reserve the name and make the directories, on the host.': '在宿主机上占用名字并创建目录。',
  'Start init in new namespaces. It waits at the gate until everything is ready.':
    '在新的命名空间中启动 init。它在闸门处等待，直到一切就绪。',
  "Assemble the root file system, in the container's own mount table.":
    '在容器自己的挂载表中组装根文件系统。',
  'Give the container its name and its network.': '设置容器的主机名和网络。',
  "Make the new root the root, and let go of the host's.": '把新根变成根，并放开宿主机的根。',
  'Open the gate: init becomes the command.': '打开闸门：init 变成用户命令。',

  // Phase "prepare".
  'reserve the name': '占用名字',
  'mkdir(2) fails when the directory exists, and two processes can not both succeed: so the directory is the reservation of the name. Without it two containers could share one upper directory, which overlay mounts without an error and then corrupts.':
    '目录已存在时 mkdir(2) 会失败，而且两个进程不可能都成功：所以这个目录就是对名字的占用。否则两个容器可能共用同一个 upper 目录，overlay 会毫无报错地挂载，随后把它损坏。',
  'File exists: a container of this name runs, or was kept.':
    'File exists：同名容器正在运行，或者被保留了下来。',
  'Read-only file system, No space left on device: the store must be writable; TINYDOCKER_ROOT puts it elsewhere.':
    'Read-only file system、No space left on device：存储目录必须可写；可用 TINYDOCKER_ROOT 把它放到别处。',
  'make the gate': '创建闸门',
  'mkfifo(3) makes named pipes. Through "ready" init tells its PID; at "gate" it waits until the container is complete; whoever reads from "ended" gets end of file when everything is over. OCI runtimes separate "create" from "start" for the same reason: nothing of the user runs in a half-made container.':
    'mkfifo(3) 创建命名管道。init 通过“ready”报告自己的 PID，在“gate”处等待容器准备完毕；谁从“ended”读取，谁就会在一切结束时读到文件末尾。OCI 运行时把“create”和“start”分开也是出于同样的原因：用户的任何东西都不会在半成品容器里运行。',
  'Some network file systems have no fifos: keep the store on a local disk.':
    '有些网络文件系统不支持 FIFO：请把存储目录放在本地磁盘上。',
  "it lies in the container's directory": '它位于容器的目录中',
  'hold the gate': '把住闸门',
  'open(2) for reading and writing at once, so that it does not wait for the other side. If whoever builds the container dies, the kernel closes this descriptor; init then reads end of file instead of the word GO, and leaves: the gate fails closed. As long as somebody holds it, everybody can see that the container is alive.':
    '用 open(2) 同时以读写方式打开，这样就不必等待另一端。如果搭建容器的进程死了，内核会关闭这个文件描述符；init 读到的就是文件末尾而不是 GO，于是退出：闸门出故障时总是关闭的。只要有人把住它，所有人都能看出容器还活着。',
  'A fifo that is opened for reading only makes open(2) wait until somebody opens it for writing; a shell that does so hangs.':
    '以只读方式打开 FIFO 时，open(2) 会一直等到有人以写方式打开它；这样做的 shell 会卡住。',
  'the kernel closes the descriptor when its holder ends': '持有者结束时，内核会关闭该描述符',
  'write down what it is': '记录容器信息',
  'write(2) of a small file: which layers the container stands on, so that nobody removes an image under it, what it runs and with what mounts, so that it can be started again, and whether it is to be kept. It is data for other commands; the container itself never sees it.':
    '用 write(2) 写一个小文件：容器建立在哪些层之上（以免有人删掉它所用的镜像），它运行什么、有哪些挂载（以便再次启动），以及是否要保留。这些数据供其他命令使用，容器自己永远看不到。',
  'No space left on device: the disk of the store is full. Everything before is undone.':
    'No space left on device：存储目录所在的磁盘已满。之前的一切都会被撤销。',
  'make layer directories': '创建各层目录',
  "mkdir(2), six times. upper takes what the container writes, work is overlay's scratch space, merged is where the result appears. The real directories proc, sys and dev in the upper layer hide whatever the image has under these names: a hostile image may have made them symlinks that lead to the host.":
    '六次 mkdir(2)。upper 存放容器写入的内容，work 是 overlay 的临时空间，merged 是合并结果出现的地方。可写层（upper）中真实的 proc、sys、dev 目录会遮住镜像里的同名内容：恶意镜像可能把它们做成指向宿主机的符号链接。',
  'upper and work must be on one file system, or the overlay mount fails.':
    'upper 和 work 必须在同一个文件系统上，否则 overlay 挂载会失败。',

  // A kept container that starts again.
  'make a gate': '创建一个闸门',
  'mkfifo(3) makes a named pipe, at which init will wait until the container is complete. Its name is our own for now: whether the container is free is decided in a moment.':
    'mkfifo(3) 创建一个命名管道，init 将在此等待，直到容器准备完毕。它暂时用我们自己的名字：容器是否空闲，稍后才见分晓。',
  'No such file or directory: the container was removed just now.':
    'No such file or directory：容器刚刚被删除。',
  'open(2) for reading and writing at once, so that it does not wait for the other side. As long as somebody holds it, everybody can see that the container is alive; the kernel closes it when we end, even by kill -9.':
    '用 open(2) 同时以读写方式打开，这样就不必等待另一端。只要有人把住它，所有人都能看出容器还活着；我们结束时内核会关闭它，哪怕是被 kill -9 杀死。',
  'take the container': '占用容器',
  'Of two that start one container, one has to lose: two overlays on one upper directory would mount without an error and then corrupt it. flock(2) on the directory lets them in one after the other; rename(2) puts our gate, which we hold already, in its place. Whoever finds a gate that somebody holds gives up.':
    '两个进程启动同一个容器时，必须有一个失败：同一个 upper 目录上的两个 overlay 会毫无报错地挂载，随后把它损坏。对目录加 flock(2) 让它们依次进入；rename(2) 把我们已经把住的闸门放到它的位置上。谁发现闸门已被人把住，谁就放弃。',
  'The container runs: somebody was quicker.': '容器正在运行：有人抢先了一步。',
  'The container was forked meanwhile: it stands on one more layer now.':
    '容器在此期间被派生了：它现在多了一层。',
  'A copy into the container is at work: this waits for it.': '正在向容器中复制文件：本步骤会等它完成。',

  // Phase "isolate".
  'terminal of its own': '独立的终端',
  'script(1) opens a new pseudo terminal (posix_openpt(3)) and starts this file on it, in a new session made by setsid(2). The container never holds your terminal, so it can not push keys into it (TIOCSTI).':
    'script(1) 打开一个新的伪终端（posix_openpt(3)），并在其上、在 setsid(2) 创建的新会话中启动这个文件。容器从不持有你的终端，所以无法向其中塞入按键（TIOCSTI）。',
  'script is a package of its own on some distributions (bsdutils, util-linux-script).':
    '在某些发行版上，script 是单独的软件包（bsdutils、util-linux-script）。',
  'new namespaces': '新建命名空间',
  "unshare(2) gives the process new namespaces: a mount table of its own (private: no mount of the container appears on the host), hostname, IPC objects, network, process ids and cgroup view. For an ordinary user it first makes a user namespace, in which that user is root. setpriv drops every capability that docker's containers do not have, sets no_new_privs with prctl(2), and ties init's life to ours (PR_SET_PDEATHSIG). init then reports its PID and waits.":
    'unshare(2) 给进程新的命名空间：自己的挂载表（传播类型为 private：容器的挂载不会出现在宿主机上）、主机名、IPC 对象、网络、进程号和 cgroup 视图。对普通用户，它会先创建一个用户命名空间，该用户在其中是 root。setpriv 丢弃 docker 容器所没有的一切权能，用 prctl(2) 设置 no_new_privs，并让 init 随我们一同结束（PR_SET_PDEATHSIG）。随后 init 报告自己的 PID 并等待。',
  'Operation not permitted: user namespaces are denied to ordinary users here; tinydocker doctor says by what.':
    'Operation not permitted：这里不允许普通用户使用用户命名空间；tinydocker doctor 会说明是什么在禁止。',
  'No space left on device: user.max_user_namespaces (or another user.max_*) is reached.':
    'No space left on device：已达到 user.max_user_namespaces（或其他 user.max_*）的上限。',
  'look which terminal it got': '查看分到的终端',
  "The new terminal has a name in the host's devpts, /dev/pts/N.{@use}":
    '新终端在宿主机的 devpts 中有一个名字 /dev/pts/N。{@use}',
  "It is bound to the container's /dev/console later, so that ttyname(3) finds a name for it inside.":
    '稍后它会绑定到容器的 /dev/console，这样 ttyname(3) 在容器里也能找到它的名字。',
  "A container without /dev/console, or whose terminal has no name inside, makes tty(1) say 'not a tty'.":
    '如果容器没有 /dev/console，或者终端在容器里没有名字，tty(1) 就会说“not a tty”。',
  'reading a link changes nothing': '读取链接不改变任何东西',
  'give the user the terminal': '把终端交给用户',
  "Whoever opens a terminal owns it, here root. chown(2) makes it the user's, so that programs can open /dev/stdout or /dev/console again.":
    '谁打开终端，终端就属于谁，这里是 root。chown(2) 把它交给用户，这样程序才能再次打开 /dev/stdout 或 /dev/console。',
  'the terminal goes when script ends': 'script 结束时终端随之消失',

  // Phase "rootfs".
  'join the layers': '合并各层',
  "mount(2) of type overlay shows the image's layers (lowerdir, never written) and the container's own (upperdir) as one tree. A file that is changed is first copied up; a file that is deleted is hidden by a whiteout. So any number of containers can share one image.":
    '类型为 overlay 的 mount(2) 把镜像的各层（lowerdir，从不写入）和容器自己的可写层（upperdir）显示为一棵目录树。要修改的文件先被复制上来，即写时复制（copy-up）；被删除的文件由 whiteout 遮住。因此任意多个容器可以共享同一个镜像。',
  'wrong fs type, bad option: the upper directory is on a file system that keeps no whiteouts or extended attributes. NFS, vfat and another overlay (the root of a docker container is one) do not.':
    'wrong fs type, bad option：upper 目录所在的文件系统不能保存 whiteout 或扩展属性。NFS、vfat 以及另一个 overlay（docker 容器的根就是）都不行。',
  'special device overlay does not exist: a layer is missing. The message of mount(8) is wrong, the error (ENOENT) is about lowerdir.':
    'special device overlay does not exist：缺少某一层。mount(8) 的这条消息是错的，该错误（ENOENT）说的其实是 lowerdir。',
  'Operation not permitted: an ordinary user needs Linux 5.11 or newer, and the option userxattr.':
    'Operation not permitted：普通用户需要 Linux 5.11 或更新的内核，以及 userxattr 选项。',
  "the mount is in the container's own mount table": '该挂载位于容器自己的挂载表中',
  "list the kernel's file systems": '列出内核文件系统',
  'An fstab(5) for the container, by write(2): what to mount, where (relative to the new root), which type, with which options. One mount process then makes them all, and a reader sees them in one table.':
    '用 write(2) 为容器写一个 fstab(5)：挂载什么、挂到哪里（相对于新根）、什么类型、什么选项。之后一个 mount 进程就能全部完成，读者也能在一张表里看全。',
  'A blank or a backslash in a path would end the field: fstab(5) wants them as \\040 and \\134.':
    '路径中的空格或反斜杠会使字段提前结束：fstab(5) 要求写成 \\040 和 \\134。',
  'The order counts: /dev has to be mounted before /dev/pts.': '顺序很重要：/dev 必须先于 /dev/pts 挂载。',
  'mount /proc /sys /dev': '挂载 /proc /sys /dev',
  "mount(2) of types proc, sysfs, tmpfs, devpts and mqueue. Each shows the namespaces of the process that mounts it, so the command enters the container's PID, IPC and network namespaces first: /proc then lists only the container's processes.":
    '类型为 proc、sysfs、tmpfs、devpts 和 mqueue 的 mount(2)。它们显示的是执行挂载的进程所在的命名空间，所以命令要先进入容器的 PID、IPC 和网络命名空间：这样 /proc 才只列出容器的进程。',
  'A /proc mounted from the wrong PID namespace shows the host: ps in the container would list everything.':
    '从错误的 PID 命名空间挂载的 /proc 会显示宿主机：容器里的 ps 会列出所有进程。',
  'EPERM as an ordinary user: the host has file systems mounted over parts of /proc or /sys (as in a docker container), and the kernel then refuses a fresh, complete one.':
    '普通用户遇到 EPERM：宿主机在 /proc 或 /sys 的某些部分上挂载了其他文件系统（docker 容器里就是这样），内核因此拒绝挂载一个全新而完整的。',
  "the mounts are in the container's own mount table": '这些挂载位于容器自己的挂载表中',
  'make files in /dev': '在 /dev 中创建文件',
  'A bind mount needs something to be mounted on, so each device gets an empty file. The links are those that every program expects: ptmx, fd, stdin, stdout, stderr. .old will hold the old root for a moment.':
    '绑定挂载需要一个挂载点，所以每个设备都有一个空文件。这些链接是每个程序都期望存在的：ptmx、fd、stdin、stdout、stderr。.old 将暂时存放旧根。',
  'A program that opens /dev/stdout fails with ENXIO when its output is a socket: open(2) works for files, pipes and terminals only.':
    '如果程序的输出是套接字，打开 /dev/stdout 会失败并返回 ENXIO：open(2) 只能用于文件、管道和终端。',
  'list devices and masks': '列出设备和遮蔽项',
  "The devices are the host's, bound; an ordinary user may not make device nodes. Where root of the container is root of the machine they are bound read-only: that protects their modes and owners, while reading and writing go on as ever. Files of /proc and /sys that tell about the whole machine are covered by /dev/null, directories by an empty tmpfs, and what would change the machine is bound read-only.":
    '设备是从宿主机绑定挂载来的；普通用户不能创建设备节点。当容器的 root 就是机器的 root 时，它们以只读方式绑定：这保护了设备的权限和属主，读写照常进行。/proc 和 /sys 中会泄露整台机器信息的文件用 /dev/null 盖住，目录用空的 tmpfs 盖住，能改变机器的则以只读方式绑定。',
  'mknod(2) of a device fails with EPERM in a user namespace, whoever root is there: that is why devices are bound.':
    '在用户命名空间中，不论谁是 root，用 mknod(2) 创建设备都会失败并返回 EPERM：所以才要绑定设备。',
  'A path that this kernel does not have is left out, or mount would fail.':
    '本内核没有的路径会被略去，否则 mount 会失败。',
  'bind devices, mask the kernel': '绑定设备，遮蔽内核文件',
  "mount(2) with MS_BIND makes one file appear in a second place. The source /dev/null is still the host's here, before pivot_root: an image can not put a link in its place and have something else bound.":
    '带 MS_BIND 的 mount(2) 让一个文件出现在第二个位置。这时还在 pivot_root 之前，源 /dev/null 仍是宿主机的：镜像无法在那里放一个链接来绑定别的东西。',
  'A mask whose source came from the image was CVE-2025-31133 in runc.':
    '遮蔽的来源取自镜像，正是 runc 的 CVE-2025-31133。',
  "fill the image's volumes": '填充镜像声明的卷',
  'The image declares that these directories hold data, which is not to be part of a layer: docker and podman make an anonymous volume for each. Here it is a directory beside the writable layer, which goes away with the container. cp(1) copies what the image has there, with owners and modes; the path is walked inside the new root, as for a mount.':
    '镜像声明这些目录存放数据，不应成为任何层的一部分：docker 和 podman 会为每个目录创建一个匿名卷。在这里它是可写层旁边的一个目录，随容器一起消失。cp(1) 复制镜像中该处的内容，连同属主和权限；与挂载时一样，路径是在新根内逐级走到的。',
  'The copy is made at each start: an image with gigabytes in a volume takes long. -v or --tmpfs on the same path replaces it.':
    '每次启动都会复制：如果镜像的卷里有好几 GB 数据，会花很长时间。在同一路径上使用 -v 或 --tmpfs 可以代替它。',
  'mount {path}': '挂载 {path}',
  'mount(2) with MS_BIND makes a directory of the host appear in the container. The target is walked one name at a time below the new root, and the last directory is pinned by entering it: mount(2) then gets ".", so that nobody can swap a symbolic link in between. A target that leads out of the image is refused. Device nodes do not work on it (MS_NODEV).':
    '带 MS_BIND 的 mount(2) 让宿主机的一个目录出现在容器里。目标路径在新根之下逐级走过，最后一个目录通过进入它来固定：这样 mount(2) 得到的是“.”，中途谁也无法换上符号链接。走出镜像的目标会被拒绝。其上的设备节点不起作用（MS_NODEV）。',
  'Between looking a path up and mounting on it, another container that shares the volume can swap a link in: CVE-2021-30465, CVE-2024-45310.':
    '在解析路径和挂载之间，共享该卷的另一个容器可以换上一个链接：CVE-2021-30465、CVE-2024-45310。',
  'make the working directory': '创建工作目录',
  'mkdir(2), for each part of the path that the image lacks, in the writable layer: docker does the same for -w. Links are resolved inside the new root.':
    '对路径中镜像所缺的每一级，在可写层里执行 mkdir(2)：docker 对 -w 也是这样做的。链接在新根之内解析。',
  'A file in the way (-w /etc/passwd/x) makes mkdir(2) fail with ENOTDIR.':
    '路上有文件挡道时（-w /etc/passwd/x），mkdir(2) 会失败并返回 ENOTDIR。',
  'A directory that the user of -u may not enter makes init leave with 126.':
    '如果 -u 指定的用户无权进入该目录，init 会以 126 退出。',
  "it is made in the container's writable layer": '它创建在容器的可写层中',
  'make the root read-only': '把根设为只读',
  'mount(2) with MS_REMOUNT and MS_BIND makes this one mount read-only: the flag belongs to the mount, not to the overlay behind it. Volumes, tmpfs and /dev stay as they are.':
    '带 MS_REMOUNT 和 MS_BIND 的 mount(2) 只把这一个挂载变成只读：该标志属于挂载，而不属于它背后的 overlay。卷、tmpfs 和 /dev 保持不变。',
  'Programs that write to /var/log or /run fail with EROFS: give them --tmpfs /run.':
    '向 /var/log 或 /run 写入的程序会失败并返回 EROFS：可以给它们 --tmpfs /run。',

  // Phase "identity".
  'set the hostname': '设置主机名',
  "sethostname(2) in the container's UTS namespace. The host keeps its own name; uname(2) tells each process the name of the namespace it is in.":
    '在容器的 UTS 命名空间中调用 sethostname(2)。宿主机的名字不变；uname(2) 告诉每个进程的，是它所在命名空间的名字。',
  'Without a UTS namespace of its own this would rename the host.':
    '如果没有自己的 UTS 命名空间，这会改掉宿主机的名字。',
  'the UTS namespace goes with its last process': 'UTS 命名空间随其最后一个进程消失',
  'raise loopback': '启用回环接口',
  'A new network namespace has only a loopback interface, and that is down. One netlink(7) message raises it, so that programs can talk to 127.0.0.1. There is no way to any other network.':
    '新的网络命名空间只有一个回环接口，而且处于关闭状态。一条 netlink(7) 消息把它启用，这样程序才能访问 127.0.0.1。它通不到任何其他网络。',
  'ip comes from the package iproute2; without it the interface stays down.':
    'ip 来自软件包 iproute2；没有它，接口会一直关闭。',
  'the network namespace goes with its last process': '网络命名空间随其最后一个进程消失',

  // Phase "pivot".
  "make the host's root read-only": '把宿主机的根设为只读',
  "mount(2) with MS_REMOUNT and MS_BIND, in the container's mount table only. init is still the host's sh, and the command that it becomes may be /proc/self/exe: a root in the container could keep the host's sh open through it and write to it later. Through a read-only mount that fails with EROFS.":
    '带 MS_REMOUNT 和 MS_BIND 的 mount(2)，只作用于容器的挂载表。init 此时还是宿主机的 sh，而它将变成的命令可能就是 /proc/self/exe：容器里的 root 可以借此一直打开着宿主机的 sh，以后再写入它。通过只读挂载，这样做会失败并返回 EROFS。',
  'Overwriting the runtime through /proc/self/exe was CVE-2019-5736 in runc.':
    '通过 /proc/self/exe 覆盖运行时，正是 runc 的 CVE-2019-5736。',
  'the mount table goes when its last process does': '挂载表随其最后一个进程消失',
  'swap the root': '切换根目录',
  'pivot_root(2) makes the overlay the root of this mount namespace and hangs the old root on /dev/.old. Unlike chroot(2), it changes the mount table itself, so there is no way back out once the old root is gone.':
    'pivot_root(2) 把 overlay 变成这个挂载命名空间的根，并把旧根挂到 /dev/.old。与 chroot(2) 不同，它改变的是挂载表本身，所以旧根一旦消失，就再也没有路可以出去。',
  'EBUSY: the new root is not a mount point, or is already the root.':
    'EBUSY：新根不是挂载点，或者已经是根。',
  'EINVAL: the parent mount is shared; that is why unshare made everything private.':
    'EINVAL：父挂载的传播类型是 shared；所以 unshare 才把一切都设为 private。',
  'ENOENT: there is no directory for the old root.': 'ENOENT：没有用来放旧根的目录。',
  'let go of the old root': '放开旧根',
  "umount2(2) with MNT_DETACH takes the host's whole tree out of the container's mount table. The program comes from the host's root (--root=/), because by now a plain nsenter would run the image's umount with the host's privileges.":
    '带 MNT_DETACH 的 umount2(2) 把宿主机的整棵目录树从容器的挂载表中摘除。程序来自宿主机的根（--root=/），因为此时普通的 nsenter 会以宿主机的特权运行镜像里的 umount。',
  'Before this step a process in the container could still walk to /dev/.old.':
    '在这一步之前，容器里的进程还可以走到 /dev/.old。',

  // Phase "start".
  'forget how it ended before': '忘掉上次如何结束',
  'unlink(2) of the record of the run before. From here on the container runs, and whoever asks is told so by the kernel.':
    '用 unlink(2) 删除上一次运行的记录。从这里起容器就在运行了，谁来询问，内核都会如实相告。',
  'nothing can fail between this and the start of the command': '从这里到命令启动之间，不会再有失败',
  'start the command': '启动命令',
  'init reads the word GO, checks that the host is out of sight, and becomes the command with execve(2): same process, same PID 1. Anything else at the gate, end of file included, makes it leave with 125.':
    'init 读到 GO，确认已看不见宿主机，然后通过 execve(2) 变成用户命令：还是同一个进程，还是 PID 1。如果在闸门处读到别的东西，包括文件末尾，它就以 125 退出。',
  '127: the command is not in the image. 126: it is there but can not be executed; often its interpreter is what is missing.':
    '127：镜像里没有这个命令。126：命令存在但无法执行；缺的往往是它的解释器。',
  'the command is init': '用户命令就是 init',
  'wait for it to end': '等待结束',
  "wait4(2) returns the command's exit status, 128 + n when signal n killed it. It becomes tinydocker's own. When PID 1 ends, the kernel kills whatever else runs in the PID namespace.":
    'wait4(2) 返回命令的退出状态；如果被信号 n 杀死，则为 128 + n。它也就是 tinydocker 自己的退出状态。PID 1 结束时，内核会杀死该 PID 命名空间中的其他所有进程。',
  'PID 1 ignores signals that it has no handler for; only KILL always works, from outside.':
    'PID 1 会忽略它没有设置处理函数的信号；只有从外面发送的 KILL 总是有效。',
  'waiting changes nothing': '等待不改变任何东西',
  'write down how it ended': '记录如何结束',
  'write(2) of a small file. The kernel tells how a process ended only once, to its parent; this is where others can read it later. That it was killed for want of memory is what we conclude: it ended with 137, and meanwhile the kernel has counted such a kill in our control group.':
    '用 write(2) 写一个小文件。进程如何结束，内核只向其父进程说一次；以后别人可以从这里读到。“因内存不足而被杀死”是我们推断的：它以 137 结束，而在此期间内核在我们的控制组（cgroup）里记下了一次这样的杀死。',
  'No space left on device: the container is kept, but nobody will know how it ended.':
    'No space left on device：容器会保留，但没有人会知道它是如何结束的。',

  // Taking one step back.
  'no program of the host can be started in the new root (a static busybox could), and none of the image may be':
    '新根里无法启动宿主机的程序（静态链接的 busybox 可以），也不允许启动镜像里的程序',
  "removes what only a running container needs, unless it is a later start's":
    '删除只有运行中的容器才需要的文件，除非它们属于后一次启动',
  'which start this is: inode number and time of its fifo "ended"':
    '这是哪一次启动：其命名管道 "ended" 的 inode 号和时间',
  'the old root is gone from this mount table: this is the point of no return':
    '旧根已从这个挂载表中消失：从这里起无法回头',
  'the command has started, and can not be taken back': '命令已经启动，无法收回',
  'it may have made directories for the target, which nobody has listed':
    '它可能为目标创建了目录，而没有人列出过它们',
  'it may have made directories in the writable layer, which nobody has listed':
    '它可能在可写层里创建了目录，而没有人记下是哪些',
  'overlay has marked the writable layer with attributes, and it holds what the container wrote':
    'overlay 已经用扩展属性标记了可写层，而且里面有容器写入的内容',
  'it may have made several directories, which nobody has listed':
    '它可能创建了好几个目录，而没有人列出过它们',

  'no single command takes it back': '没有哪条命令能单独收回它',
  'the command that takes it back failed: {reason}': '收回它的命令失败了：{reason}',

  // A step that fails on purpose.
  'This step fails on purpose. What it would do: {@why}': '这一步是故意失败的。它本来要做的是：{@why}',
  'the step was not done': '这一步没有执行',
});
