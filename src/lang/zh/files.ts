/** What the plans of cp, export and fork say. */

import type { Catalogue } from '../catalogue.ts';

export const files = (): Catalogue => ({
  'export {name} to {output}': '把 {name} 导出到 {output}',
  'copy an archive to {target}': '把归档复制到 {target}',
  'copy {source} to {target}': '把 {source} 复制到 {target}',
  'fork {name} as {copy}': '把 {name} 派生为 {copy}',

  // Ways to a container's files.
  'joins the layers for one command': '为一条命令合并各层',
  'gives one command the root of the running container': '让一条命令得到运行中容器的根',
  "unshare(2) makes a mount table for this command alone, so the host's never changes. The container's overlay is mounted there as a run mounts it.":
    'unshare(2) 只为这条命令创建一个挂载表，所以宿主机的挂载表从不改变。容器的 overlay 在那里的挂载方式与 run 相同。',
  "unshare(2) makes a mount table for this command alone, so the host's never changes. The container's writable layer and those of its image are joined there as lower layers of one overlay, which is read-only because it has no upper one: overlay itself leaves out what was deleted, and hides its marks.":
    'unshare(2) 只为这条命令创建一个挂载表，所以宿主机的挂载表从不改变。容器的可写层和镜像的各层在那里作为一个 overlay 的下层合并；它没有上层，所以是只读的：overlay 自己会略去被删除的内容，并隐藏删除标记。',
  "The container runs, so its writable layer is in use, and a second overlay on that would be undefined. Instead unshare(2) copies the container's mount table for this command alone, in which {@what}. The programs are the host's (--root=/); none of the image's is ever run.":
    '容器正在运行，它的可写层在使用中，在其上再挂载一个 overlay，行为是未定义的。所以改用 unshare(2) 只为这条命令复制容器的挂载表，{@what}。程序都是宿主机的（--root=/），绝不会运行镜像里的任何程序。',
  'everything is unmounted that is mounted on top of the root: what is left is what the container itself sees, without /proc, /sys, /dev and volumes':
    '并在其中卸载挂在根之上的一切：剩下的就是容器自己看到的内容，不含 /proc、/sys、/dev 和卷',
  '/proc, /sys and /dev are unmounted': '并在其中卸载 /proc、/sys 和 /dev',

  // export.
  "Write the container's files as one archive.": '把容器的文件写成一个归档。',
  '{@how} tar writes owners as numbers, modes, times and extended attributes; it opens each directory with openat(2) and follows no link. setpriv ends all of it with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed.':
    '{@how}tar 写入数字形式的属主、权限、时间和扩展属性；它用 openat(2) 打开每个目录，不跟随任何链接。如果父进程被杀，setpriv 会让这一切随之结束（prctl(2) 的 PR_SET_PDEATHSIG）。',
  'A program that writes while its files are read may have them half new in the archive: stop it first.':
    '如果程序在文件被读取的同时还在写，归档里的文件可能只新了一半：请先停止它。',
  'Sockets are left out: an archive has no such thing.': '套接字会被略去：归档里没有这种东西。',

  // cp.
  'where it is unpacked, below the root': '解包的位置，在根之下',
  'packs a path without following a link out of the root': '打包一个路径，且不会跟随链接走出根',
  'unpacks, and moves what was unpacked to its place': '解包，并把解出的内容移到它的位置',
  'takes it back, and puts back what was there before': '把它取回，并恢复原先的内容',
  'Make one archive of what is copied.': '把要复制的内容做成一个归档。',
  'Unpack it, and move what was in it to its place.': '解包，并把其中的内容移到它的位置。',
  'pack what is copied': '打包要复制的内容',
  "{@how} The path is walked one name at a time from the container's root, each directory is pinned by a descriptor, and links are resolved inside; so no link leads out, not even one that somebody makes meanwhile. tar follows none.":
    '{@how}路径从容器的根开始逐级走过，每个目录都用文件描述符固定，链接在里面解析；所以没有链接能通到外面，哪怕是有人中途创建的。tar 不跟随任何链接。',
  'Resolving the path first and opening it later was CVE-2018-15664 in docker; running tar in the container was CVE-2019-14271.':
    '先解析路径、之后再打开，正是 docker 的 CVE-2018-15664；在容器里运行 tar 则是 CVE-2019-14271。',
  'tar makes one archive of it, with the owners that the files have. It follows no link below the source. setpriv ends it with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed.':
    'tar 把它做成一个归档，保留文件原有的属主。在源路径之下，它不跟随任何链接。如果父进程被杀，setpriv 会让它随之结束（prctl(2) 的 PR_SET_PDEATHSIG）。',
  "tar makes one archive of it, with the container's root as the owner of all. It follows no link below the source. setpriv ends it with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed.":
    'tar 把它做成一个归档，所有文件都归容器的 root 所有。在源路径之下，它不跟随任何链接。如果父进程被杀，setpriv 会让它随之结束（prctl(2) 的 PR_SET_PDEATHSIG）。',
  'Permission denied: a file is not readable for you.': 'Permission denied：你无权读取某个文件。',
  'take the archive from stdin': '从标准输入取得归档',
  'A copy of the archive, because nothing is changed before all of it is here: read(2) until the end of the file.':
    '归档的副本，因为在它全部到达之前不会改动任何东西：用 read(2) 一直读到文件末尾。',
  'A terminal is no archive: cp waits until Ctrl-D.': '终端不是归档：cp 会一直等到 Ctrl-D。',
  'reserve a staging directory': '占用一个暂存目录',
  '{@why}. What is unpacked there can be moved to its place by rename(2), and what was there before can be kept in it for the undo.':
    '{@why}。解包到那里的内容可以用 rename(2) 移到它的位置，原先的内容也可以留在其中，以备撤销。',
  'A directory of our own on the file system of the target, made by mkdir(2)':
    '由 mkdir(2) 在目标所在的文件系统上创建我们自己的目录',
  '{@how} mkdir(2) makes a directory on the one on which a container has its /proc, where nobody in it can see or reach it: a mount hides what is below, and they may not take it away':
    '{@how}mkdir(2) 在容器用来挂载 /proc 的目录里创建一个目录，容器里没有人能看到或够到它：挂载会遮住下面的内容，而他们无权卸下这个挂载',
  'Permission denied: you may not write in the target directory.':
    'Permission denied：你无权在目标目录中写入。',
  'move it to its place': '移到目标位置',
  '{@how}tar unpacks into a directory that nobody else can reach; from there each file goes to its place by rename(2), all or nothing, in a directory that is pinned by a descriptor. What was there before is kept until the plan has succeeded.':
    '{@how}tar 解包到一个别人够不到的目录；每个文件再由 rename(2) 从那里移到它的位置，要么全做，要么不做，所在的目录用文件描述符固定。原先的内容一直保留到计划成功为止。',
  'is a directory, in the way: a directory never takes the place of a file, nor a file that of a directory.':
    'is a directory、in the way：目录绝不会取代文件，文件也不会取代目录。',
  'another file system: in a container, what is mounted there (a volume) is a directory of the host: copy to that.':
    'another file system：容器里挂载在那里的（卷）是宿主机的一个目录：请复制到那个目录。',

  // fork.
  "the new container's directory": '新容器的目录',
  'where its root file system will be assembled': '将要组装其根文件系统的地方',
  'the directory of the container that is forked': '被派生的容器的目录',
  'where its writable layer will be a frozen one': '其可写层冻结之后的位置',
  "makes a container's writable layer a frozen one, and gives it a new one":
    '冻结容器的可写层，并给它一个新的',
  'puts it back, unless somebody used the new one': '把它放回去，除非已有人用过新的可写层',
  'Make the new container, with an empty writable layer.': '创建新容器，带一个空的可写层。',
  'Make the writable layer that is there a layer of both containers.':
    '把现有的可写层变成两个容器共有的一层。',
  'mkdir(2) fails when the directory exists, and two processes can not both succeed: so the directory is the reservation of the name.':
    '目录已存在时 mkdir(2) 会失败，而且两个进程不可能都成功：所以这个目录就是对名字的占用。',
  'A named pipe, made by mkfifo(3), which the next step holds open: until the fork is done, the container counts as being made.':
    '由 mkfifo(3) 创建的命名管道，下一步会一直打开它：派生完成之前，该容器都算正在创建。',
  'write(2) of a small file: what the container that is forked was made with, and the layers. From now on nobody removes one of these, whatever becomes of the other container.':
    '用 write(2) 写一个小文件：被派生的容器是怎样创建的，以及有哪些层。从现在起没有人会删除其中任何一层，不管另一个容器怎么样。',
  "mkdir(2), as for any container: upper takes what it writes, work is overlay's scratch space, merged is where the result appears. The real directories proc, sys and dev hide whatever the image has under these names.{@fresh}":
    'mkdir(2)，与任何容器一样：upper 存放它写入的内容，work 是 overlay 的临时空间，merged 是合并结果出现的地方。真实的 proc、sys、dev 目录会遮住镜像里的同名内容。{@fresh}',
  'What is in fresh is for the container that is forked.': 'fresh 中的内容是给被派生的容器的。',
  "copy the image's volumes": '复制镜像声明的卷',
  'What lies in a volume is no part of a layer, so it is copied. On btrfs and xfs the copy shares its blocks (ioctl_ficlone(2)) and costs nothing. setpriv ends cp with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed.':
    '卷中的内容不属于任何层，所以要复制。在 btrfs 和 xfs 上，副本共享数据块（ioctl_ficlone(2)），没有任何开销。如果父进程被杀，setpriv 会让 cp 随之结束（prctl(2) 的 PR_SET_PDEATHSIG）。',
  'No space left on device: the copy needs as much room as the volumes have.':
    'No space left on device：副本需要与卷同样大的空间。',
  'see that nothing changed': '确认没有改动',
  'Nothing is in the writable layer, so nothing has to be frozen. flock(2) on the directory makes cp wait; under this lock the kernel is asked whether somebody holds the gate. The new root directory gets the owner, mode and time of the other.':
    '可写层里什么也没有，所以不需要冻结任何东西。对目录加 flock(2) 会让 cp 等待；在这把锁之下，向内核询问是否有人把住闸门。新的根目录得到另一个的属主、权限和时间。',
  'the container is in use: it was started meanwhile.': 'the container is in use：它在此期间被启动了。',
  'the container changed meanwhile: somebody else forked it, or copied files into it.':
    'the container changed meanwhile：别人派生了它，或向其中复制了文件。',
  'files are being copied into the container: by cp, at work or killed; prune undoes a killed one.':
    'files are being copied into the container：cp 正在进行或被杀死；被杀死的由 prune 撤销。',
  'write the new record of the other': '写入另一个容器的新记录',
  'The container that is forked will stand on the frozen layer, too. Its record is written beside, so that it can be replaced all at once.':
    '被派生的容器也将建立在冻结层之上。它的记录先写在旁边，这样可以一次替换完成。',
  'link the layer to be': '为将来的层创建链接',
  "A short name for a long one, made by symlink(2): overlay's option string lists all layers and has to fit in one page of memory (4096 bytes). The record names it already, so that nobody takes the layer for one that is not needed.":
    '用 symlink(2) 给长名字取一个短名字：overlay 的选项字符串要列出所有的层，而且必须放进一页内存（4096 字节）。记录里已经写明它，所以没有人会以为这一层没用。',
  'make a place for the layer': '为该层准备位置',
  'mkdir(2). The layer has no digest in its name: to compute one, all files would have to be read. rmdir(2), which undoes it, removes no directory that something is in.':
    'mkdir(2)。该层的名字里没有摘要：要计算摘要就得读取所有文件。撤销它用的是 rmdir(2)，不会删除里面有东西的目录。',
  'write the records to the disk': '把记录写入磁盘',
  'fsync(2) waits until the disk has them. A rename that survives a power loss, of a file that did not, would leave an empty one.':
    'fsync(2) 一直等到它们写到磁盘上。如果断电后改名保住了而文件没保住，就会留下一个空文件。',
  'freeze the writable layer': '冻结可写层',
  'rename(2), four times, of whole directories: so it takes no longer for 10 GB than for nothing, and no file is read. flock(2) on the directory makes cp wait; under this lock the kernel is asked whether somebody holds the gate. The record comes first: should we be killed here, and setpriv then ends the command, too (PR_SET_PDEATHSIG in prctl(2)), it names the layer in which all the files are, and the undo finds them.':
    '对整个目录执行四次 rename(2)：所以 10 GB 与空目录花的时间一样，也不读取任何文件。对目录加 flock(2) 会让 cp 等待；在这把锁之下，向内核询问是否有人把住闸门。记录最先写好：万一我们在这里被杀（setpriv 也会让命令随之结束，即 prctl(2) 的 PR_SET_PDEATHSIG），它也写明了所有文件在哪一层，撤销时能找到它们。',
  'the layers are on another file system: rename(2) can not do it there.':
    'the layers are on another file system：rename(2) 无法跨文件系统。',
});
