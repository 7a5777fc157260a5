/** What the plans say that end, rename and remove: stop, kill, rename, rm, prune, rmi. */

import type { Catalogue } from '../catalogue.ts';

export const removal = (): Catalogue => ({
  // Removing containers and leftovers.
  'remove {number} leftover from {store}': '从 {store} 清除 {number} 项残留',
  'remove {number} leftovers from {store}': '从 {store} 清除 {number} 项残留',
  'remove {names}': '删除 {names}',
  'removes a directory, if it is the one that was judged and still nobody holds its fifo':
    '删除一个目录，前提是它就是被判定的那个，而且仍然没有人持有其 FIFO',
  'removes a layer, if still nothing refers to it': '删除一层，前提是仍然没有东西引用它',
  'removes a link, if still nothing refers to it': '删除一个链接，前提是仍然没有东西引用它',
  'Undo what forks had begun, and remove the directories of containers.':
    '撤销派生已开始的操作，并删除容器的目录。',
  'Undo what image operations had begun, and remove their workspaces.':
    '撤销镜像操作已开始的部分，并删除它们的工作区。',
  'Remove layers and links that nothing refers to.': '删除没有被引用的层和链接。',
  'undo {step}': '撤销 {step}',
  'The journal says that {step} was begun, and this command undoes it, whether it was done or not.':
    '日志（journal）记载 {step} 已经开始，这条命令撤销它，不管它是否完成。',
  'Operation not permitted: a file is immutable (lsattr shows "i"), or belongs to another user.':
    'Operation not permitted：某个文件不可更改（lsattr 显示“i”），或者属于别的用户。',
  'Device or resource busy: something is mounted there.': 'Device or resource busy：那里挂载着什么东西。',
  'what is removed can not be brought back': '删除的东西无法找回',
  'remove the container {name}': '删除容器 {name}',
  'remove the workspace {name}': '删除工作区 {name}',
  'chdir(2) pins the directory: whatever happens to its name, this one is emptied, and only if it is the one that was judged and nobody holds its fifo. rmdir(2) refuses a directory that is not empty. flock(2) on the directory above makes others who remove things wait.':
    'chdir(2) 固定住目录：不管它的名字怎么变，清空的就是这一个，而且只在它就是被判定的那个、又没有人持有其 FIFO 时才清空。rmdir(2) 拒绝删除非空目录。对上级目录加 flock(2) 会让其他删除者等待。',
  'remove the layer {name}': '删除层 {name}',
  'rename(2) takes the layer out of its place at once, then its files are unlinked. flock(2) on the directory of the layers keeps an import from counting on it at the same moment.':
    'rename(2) 一次就把该层从它的位置移走，然后删除其中的文件。对层目录加 flock(2)，防止导入恰在此时指望这一层。',
  'remove the link {name}': '删除链接 {name}',
  'unlink(2) of a symbolic link that no image and no container names, under the lock that imports take.':
    '在导入也使用的锁之下，用 unlink(2) 删除没有任何镜像和容器引用的符号链接。',

  // Removing images.
  'remove the image {name}': '删除镜像 {name}',
  'remove the images {names}': '删除镜像 {names}',
  'remove layers that no image uses': '删除没有镜像使用的层',
  'takes names away, if they still mean the same': '取走名字，前提是它们所指的仍然相同',
  'takes layers away that nobody uses': '取走没有人使用的层',
  'puts everything back': '把一切放回去',
  'Move what nobody uses into the workspace, which goes away at the end.':
    '把没有人使用的东西移进工作区，工作区最后会消失。',
  'make room for them': '为它们准备位置',
  'What is removed is first moved here, so that it can be put back as long as anything can go wrong.':
    '要删除的东西先移到这里，这样只要还可能出错，就还能放回去。',
  'take the names': '取走名字',
  'rename(2) of the records: from now on nobody finds the images.':
    '对记录执行 rename(2)：从现在起没有人能找到这些镜像。',
  'rename(2) of the records: from now on nobody finds the images. Under the lock that imports take too, each is taken only if it is the record that was listed: its name may mean another image by now.':
    '对记录执行 rename(2)：从现在起没有人能找到这些镜像。在导入也使用的锁之下，只有仍是列出时的那条记录才会取走：它的名字现在可能已指向另一个镜像。',
  'is another one by now: the name was given to another image meanwhile; nothing is removed then.':
    'is another one by now：这个名字在此期间给了另一个镜像；这时不会删除任何东西。',
  'take the links': '取走链接',
  'rename(2) of the short links, before anybody looks who uses the layers: a container that is just being made can mount a layer only by these.':
    '在查看谁在使用这些层之前，先对短链接执行 rename(2)：正在创建的容器只能通过它们来挂载层。',
  'take the layers': '取走层',
  'Under the lock that imports take too, each layer is looked up in the records of images, of imports at work and of containers, and moved when none names it. The files themselves are removed when the plan has succeeded, together with the workspace.':
    '在导入也使用的锁之下，在镜像、进行中的导入和容器的记录里查找每一层，没有被引用的才移走。文件本身在计划成功后随工作区一起删除。',
  'is used by: somebody began to use the layer a moment ago; nothing is removed then.':
    'is used by：刚才有人开始使用该层；这时不会删除任何东西。',

  // Ending containers.
  'stop {names}': '停止 {names}',
  'kill {names}': '杀死 {names}',
  'sends a signal to one process and no other': '只向一个进程发送信号，绝不误伤其他进程',
  'waits for containers, for some time': '在一段时间内等待容器',
  'waits until a container is over': '等待容器彻底结束',
  'Ask the containers to end, and give them time.': '请求容器结束，并给它们时间。',
  'Kill what still runs.': '杀死仍在运行的容器。',
  'Wait until nothing runs any more, and how they ended is written down.':
    '等到什么都不再运行，而且它们如何结束已记录在案。',
  'send {signal} to {name}': '向 {name} 发送 {signal}',
  'kill {name}, if it runs': '如果 {name} 仍在运行，杀死它',
  "kill(2) of init, the container's PID 1: not of whoever watches it. A number alone is never trusted: when the process started and which boot of the machine this is are compared right before, by builtins of the shell. {@what}":
    '对 init 即容器的 PID 1 调用 kill(2)，而不是对看护它的进程。单凭一个数字永远不可信：在此之前一刻，由 shell 的内建命令比较进程的启动时间和机器的本次启动标识。{@what}',
  'PID 1 gets only signals that it has a handler for; the kernel drops others that are sent from inside of the container, and TERM and its like from outside.':
    'PID 1 只会收到它设置了处理函数的信号；从容器里面发来的其他信号，以及从外面发来的 TERM 之类，内核都会丢弃。',
  'When PID 1 is gone, the kernel kills everything else in its PID namespace.':
    'PID 1 消失后，内核会杀死其 PID 命名空间中的其他一切进程。',
  'kill(2) of whoever is making the container just now: it stops there and undoes what it has done.':
    '对正在创建该容器的进程调用 kill(2)：它会就此停下，并撤销已做的一切。',
  "Operation not permitted: the container is another user's.":
    'Operation not permitted：该容器属于别的用户。',
  'A frozen process (cgroup v1) acts on no signal, KILL included, until it is thawed.':
    '被冻结的进程（cgroup v1）在解冻之前不响应任何信号，包括 KILL。',
  'a signal can not be taken back': '信号无法收回',
  'wait {seconds} s at most': '最多等待 {seconds} 秒',
  'wait until they end': '等到它们结束',
  'Whoever watches a container holds its fifo "ended" open; read(2) from it returns end of file when the last holder has closed it, or has died. So nobody has to look again and again.':
    '看护容器的进程一直打开着它的 FIFO“ended”；最后一个持有者关闭它或死亡时，read(2) 就返回文件末尾。所以谁也不必反复查看。',
  'A command that has no handler for the signal, or ignores it, takes all of the time.':
    '如果命令没有设置该信号的处理函数，或者忽略它，就会用完全部时间。',
  'wait until {name} is over': '等待 {name} 彻底结束',
  'Then how it ended is written down, everything of it is undone, and its name or its files are free: what comes next can not be too early.':
    '这时它如何结束已记录在案，它的一切都已撤销，它的名字或文件已空出来：接下来做什么都不会太早。',
  'its state is D: it waits for a disk or a network file system, and dies when that answers.':
    'its state is D：它在等待磁盘或网络文件系统，等到应答时就会死去。',

  // rename.
  'rename {name} to {new}': '把 {name} 改名为 {new}',
  'the one that it is to have': '它将要使用的目录',
  'renames the directory, unless somebody has the container or the name':
    '给目录改名，除非有人占用了容器或名字',
  'Rename the directory.': '给目录改名。',
  'mkdir(2) reserves the new name: it fails when somebody has it. rename(2) replaces the empty directory by the container at once, so that at every moment it has one of the two names. flock(2) on the directory keeps those away who start it, remove it or copy into it. Its files, its hostname and what was written down about it stay as they are.':
    'mkdir(2) 占用新名字：如果已有人用它，就会失败。rename(2) 一次就用容器替换掉那个空目录，所以任何时刻它都有两个名字中的一个。对目录加 flock(2) 会挡住要启动它、删除它或向其中复制的进程。它的文件、主机名和关于它的记录都保持不变。',
  'somebody works on it: a copy into it, a start or a removal holds the lock.':
    'somebody works on it：向其中复制、启动或删除的进程持有锁。',
  'File exists: a container has that name already.': 'File exists：已经有容器使用该名字。',
});
