/** What the plan of exec says. */

import type { Catalogue } from '../catalogue.ts';

export const exec = (): Catalogue => ({
  'run {command} in {name}': '在 {name} 中运行 {command}',
  "this command's directory": '本命令的目录',
  "the host's PID of the container's init": '容器的 init 在宿主机上的 PID',
  "makes a root directory of the host's programs, and enters the namespaces from there":
    '用宿主机的程序做一个根目录，再从那里进入各命名空间',
  'the parent of the command, outside of its PID namespace': '命令的父进程，位于其 PID 命名空间之外',
  'waits inside until it may become the command': '在里面等待，直到可以变成用户命令',
  "the host's PID of the command": '命令在宿主机上的 PID',
  "the command's terminal, as the host calls it": '命令的终端在宿主机上的名字',
  'Make a directory for this command, beside the files of the container.':
    '在容器的文件旁边为本命令创建一个目录。',
  "Enter the container's namespaces, and wait there at a gate.": '进入容器的命名空间，并在那里的闸门处等待。',
  'Open the gate: what waits there becomes the command.': '打开闸门：等在那里的进程变成用户命令。',
  'make a directory for it': '为它创建目录',
  "mkdir(2) in the container's directory, which nothing in the container can see. What the command needs on the host lies there while it runs; if nobody can remove it afterwards, it goes with the container.":
    '在容器的目录中执行 mkdir(2)，容器里的任何东西都看不到它。命令运行期间，它在宿主机上需要的东西就放在那里；如果事后没有人能删除它，它会随容器一起消失。',
  'No such file or directory: the container has ended meanwhile, and took its directory along.':
    'No such file or directory：容器在此期间已经结束，并带走了自己的目录。',
  'mkfifo(3) makes two named pipes. Through "ready" the process that enters the container tells its PID; at "gate" it waits until everything is ready.':
    'mkfifo(3) 创建两个命名管道。进入容器的进程通过“ready”报告自己的 PID，在“gate”处等待一切就绪。',
  "it lies in the command's directory": '它位于本命令的目录中',
  'open(2) for reading and writing at once, so that it does not wait for the other side. If we die, the kernel closes it, and what waits at the gate reads end of file instead of the word GO, and leaves: the gate fails closed.':
    '用 open(2) 同时以读写方式打开，这样就不必等待另一端。如果我们死了，内核会关闭它，等在闸门处的进程读到的就是文件末尾而不是 GO，于是退出：闸门出故障时总是关闭的。',
  'enter its namespaces': '进入容器的命名空间',
  "setns(2), by nsenter(1), takes a process into all namespaces of the container's init; a parent that stays outside of the PID namespace kills it when we die. First, in a mount table of its own, pivot_root(2) gives it a root directory that has the host's programs, read-only, and nothing else: in the moment between dropping its privileges and taking the container's root, everybody in the container can look at it through /proc. /proc/PID of init is entered, and its start time compared, before anything of it is used: a PID alone is never trusted.":
    'nsenter(1) 通过 setns(2) 把一个进程带入容器 init 的所有命名空间；留在 PID 命名空间之外的父进程会在我们死亡时杀死它。首先，在它自己的挂载表里，pivot_root(2) 给它一个只含宿主机程序的只读根目录，别无他物：因为从放弃特权到换上容器的根之间的那一刻，容器里的任何人都可以通过 /proc 窥视它。在使用 init 的任何东西之前，先进入它的 /proc/PID 并比较启动时间：单凭一个 PID 永远不可信。',
  "Entering with the host's root directory, and dropping privileges before chroot(2), lets a root in the container open the whole host through /proc/PID/root.":
    '如果带着宿主机的根目录进入，并在 chroot(2) 之前放弃特权，容器里的 root 就能通过 /proc/PID/root 打开整个宿主机。',
  'Overwriting the runtime through /proc/PID/exe was CVE-2019-5736 in runc; a working directory behind a left-over descriptor CVE-2024-21626.':
    '通过 /proc/PID/exe 覆盖运行时，正是 runc 的 CVE-2019-5736；遗留的文件描述符背后的工作目录则是 CVE-2024-21626。',
  'It is needed to make it belong to the user.': '为了让它归用户所有，需要知道这个名字。',
  "What reads the word GO drops its capabilities with capset(2) and prctl(2), sets no_new_privs and the groups, gets the container's variables, makes the container's root its root with chroot(2), and becomes the command with execve(2). The program is looked up only then, so it is always one of the container.":
    '读到 GO 的进程用 capset(2) 和 prctl(2) 丢弃权能，设置 no_new_privs 和用户组，换上容器的环境变量，用 chroot(2) 把容器的根变成自己的根，最后通过 execve(2) 变成用户命令。程序直到这时才被查找，所以它总是容器里的程序。',
  '127: the command is not in the container. 126: it is there but can not be executed.':
    '127：容器里没有这个命令。126：命令存在但无法执行。',
  'the command is what waited there': '用户命令就是等在那里的进程',
  "wait4(2) returns the command's exit status, 128 + n when signal n killed it. It becomes tinydocker's own. When the container ends first, the kernel kills the command with it: 137.":
    'wait4(2) 返回命令的退出状态；如果被信号 n 杀死，则为 128 + n。它也就是 tinydocker 自己的退出状态。如果容器先结束，内核会把该命令一并杀死：137。',
});
