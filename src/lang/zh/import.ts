/** What the plans say that make images: import, load, pull, base, tag and commit. */

import type { Catalogue } from '../catalogue.ts';

export const imports = (): Catalogue => ({
  'import {names} from {source}': '从 {source} 导入 {names}',
  'pull {names} from {reference}': '从 {reference} 拉取 {names}',
  "make the default image {name} from this machine's own tools": '用本机自带的工具制作默认镜像 {name}',
  'make the default image {name} from {path}': '用 {path} 制作默认镜像 {name}',
  'give {image} the name {name}': '给 {image} 取名为 {name}',
  'make the image {image} of what {name} changed': '把 {name} 的改动做成镜像 {image}',
  'What goes in: A added, C changed, D deleted.': '包含的改动：A 新增，C 修改，D 删除。',

  // Variables.
  'the workspace of this operation': '本次操作的工作区',
  'sha256 of layer {number}, as a plain tar archive': '第 {number} 层的 sha256（未压缩的 tar 归档）',
  'forbids a command to follow links in a directory': '禁止命令在某目录中跟随链接',
  'lists what a writable layer holds, by kind': '按种类列出可写层中的内容',
  "turns overlay's marks of deletion into an archive's": '把 overlay 的删除标记转换成归档的删除标记',
  'refuses an archive with members that would lie outside': '拒绝成员会落到外面的归档',
  'runs tar, and keeps what it says': '运行 tar，并留下它说的话',
  'lists device nodes that only root can make': '列出只有 root 才能创建的设备节点',
  'counts what an import could not keep': '统计导入时无法保留的内容',
  "finds an archive's marks of deletion, if it has any": '查找归档中的删除标记（如果有）',
  "turns such marks into overlay's own": '把这些标记转换成 overlay 自己的标记',
  'moves a layer to its place, unless the store has it': '把一层移到它的位置，除非存储目录里已有该层',
  'takes a layer back, if it was ours and nobody else uses it': '如果该层是我们的且无人使用，就把它取回',
  'gives the image its name, and keeps who had it before': '给镜像命名，并留住此前占用该名字的记录',
  'gives the name back': '归还名字',

  // Phases.
  'Make the store, and a workspace in it that belongs to this operation alone.':
    '创建存储目录，并在其中创建只属于本次操作的工作区。',
  'Make one plain tar archive of each source, look through it, and compute its digest.':
    '把每个来源做成一个未压缩的 tar 归档，检查一遍，并计算其摘要。',
  'Unpack each archive into a directory of the workspace.': '把每个归档解包到工作区的一个目录中。',
  'Move the layers to their place, and give the image its name.': '把各层移到它们的位置，并给镜像命名。',

  // The workspace.
  'make the store': '创建存储目录',
  'Where everything is kept: images (a small record each), layers (unpacked, never written again), l (short links to them), containers, and tmp for work in progress. mkdir(2) with -p leaves what is there as it is.':
    '一切都存放在这里：images（每个镜像一条小记录）、layers（已解包的层，不再写入）、l（指向各层的短链接）、containers，以及存放进行中工作的 tmp。带 -p 的 mkdir(2) 不会动已有的东西。',
  'Permission denied: TINYDOCKER_ROOT names a store of your own.':
    'Permission denied：可用 TINYDOCKER_ROOT 指定一个你自己的存储目录。',
  'it may have been there before, and others may use it by now': '它可能早已存在，而且别人可能正在使用',
  'reserve a workspace': '占用一个工作区',
  'Nothing half-made is ever visible: the work is done here and moved to its place by rename(2), which is all or nothing within one file system. The directory goes away when the plan ends, however it ends.':
    '半成品永远不会被看到：工作在这里完成，再由 rename(2) 移到它的位置；在同一个文件系统内，rename(2) 要么全做，要么不做。不论计划如何结束，这个目录都会消失。',
  'Read-only file system, No space left on device: the store must be writable.':
    'Read-only file system、No space left on device：存储目录必须可写。',
  'make a sign of life': '创建存活标志',
  'A named pipe, made by mkfifo(3), which the next step holds open. Others can ask the kernel whether somebody holds it (open(2) fails with ENXIO when nobody does), and so never take our work for what a crash left.':
    '由 mkfifo(3) 创建的命名管道，下一步会一直打开它。别人可以问内核是否有人持有它（没人持有时 open(2) 会失败并返回 ENXIO），所以绝不会把我们的工作误认为崩溃的残留。',
  'it lies in the workspace': '它位于工作区中',
  'hold it': '持有存活标志',
  'open(2) of the pipe for reading and writing. The kernel closes it when we end, even by kill -9, so this sign of life can not be out of date.':
    '用 open(2) 以读写方式打开该管道。我们结束时内核会关闭它，哪怕是被 kill -9 杀死，所以这个存活标志不会过时。',

  // Reading.
  'setpriv ends it with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed.':
    '如果父进程被杀，setpriv 会让它随之结束（prctl(2) 的 PR_SET_PDEATHSIG）。',
  'setpriv ends it with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed; prlimit, when a file becomes larger than the limit (setrlimit(2)).':
    '如果父进程被杀，setpriv 会让它随之结束（prctl(2) 的 PR_SET_PDEATHSIG）；如果某个文件超过上限，prlimit 会让它结束（setrlimit(2)）。',
  'pack layer {number}': '打包第 {number} 层',
  'The directory as one archive, its names sorted, so that the same files always give the same digest. Other file systems that are mounted below it (/proc, say) are left out.{@ends}':
    '把目录做成一个归档，名字经过排序，这样相同的文件总是得到相同的摘要。挂载在它下面的其他文件系统（比如 /proc）会被略去。{@ends}',
  'Permission denied: a file in the directory is not readable for you.':
    'Permission denied：你无权读取目录中的某个文件。',
  'socket ignored: an archive can not hold a socket, and whoever listened on it is not in the image.':
    'socket ignored：归档不能存放套接字，而在其上监听的程序也不在镜像里。',
  'copy layer {number}': '复制第 {number} 层',
  'A copy of our own: what is checked, what the digest is computed from and what is unpacked must be the same bytes, whatever happens to your file meanwhile. On btrfs and xfs the copy shares its blocks (ioctl_ficlone(2)) and costs nothing.{@ends}':
    '我们自己的副本：检查的、计算摘要的和解包的必须是同样的字节，不管你的文件在此期间发生什么。在 btrfs 和 xfs 上，副本共享数据块（ioctl_ficlone(2)），没有任何开销。{@ends}',
  'No space left on device: an import needs room for the archive and for its files.':
    'No space left on device：导入既需要放归档的空间，也需要放其中文件的空间。',
  'decompress layer {number}': '解压第 {number} 层',
  'The digest is that of the uncompressed archive, so that it does not depend on who compressed it. The file is recognised by its first bytes, not by its name.{@more}':
    '摘要是对未压缩的归档计算的，这样它与由谁压缩无关。文件类型由开头的字节识别，而不是由名字。{@more}',
  'This zstd reads gzip too, and faster than gzip does.{@ends}':
    '这里的 zstd 也能读 gzip，而且比 gzip 更快。{@ends}',
  'unexpected end of file: the file is truncated, perhaps by a download that broke off.':
    'unexpected end of file：文件被截断了，也许是下载中断所致。',
  'take layer {number} out of the archive': '从归档中取出第 {number} 层',
  "An image's archive holds the archives of its layers as members. tar writes this one to its stdout, so no name of the archive becomes a path here.{@ends}":
    '镜像的归档把各层的归档作为成员存放。tar 把这一个写到自己的标准输出，所以归档里的名字不会变成这里的路径。{@ends}',
  'Not found in archive: the archive changed after it was looked at.':
    'Not found in archive：归档在查看之后被改动了。',
  'decompress the archive': '解压归档',
  'The archive is compressed as a whole. As a plain one, tar finds the layers in it by their place, and does not read all of it for each.{@ends}':
    '归档是整体压缩的。解压之后，tar 可以按位置找到其中的各层，不必每次都通读整个归档。{@ends}',
  'list the members of layer {number}': '列出第 {number} 层的成员',
  'tar reads the whole archive and writes one line for each member. Nothing is unpacked before all of it has been seen, so an archive that is damaged or cut off is noticed here.':
    'tar 通读整个归档，为每个成员写一行。全部看过之前不会解包任何东西，所以损坏或被截断的归档在这里就会被发现。',
  'Unexpected EOF in archive: the file is truncated, perhaps by a download that broke off.':
    'Unexpected EOF in archive：文件被截断了，也许是下载中断所致。',
  'check the members of layer {number}': '检查第 {number} 层的成员',
  'A name that contains ".." would be written outside of the layer, over a file of this machine. tar has defences of its own; a hostile archive is better refused before it is opened. A name that begins with "/" is taken relative to the root of the layer, as docker and podman do.':
    '含有“..”的名字会写到层的外面，覆盖本机的文件。tar 自己也有防护，但恶意归档最好在打开之前就拒绝。以“/”开头的名字按相对于层的根处理，与 docker 和 podman 一致。',
  'An archive made with tar --absolute-names (-P) in a directory has the path of that directory in all names: make it with -C DIRECTORY . instead.':
    '用 tar --absolute-names（-P）对某目录制作的归档，所有名字里都带着该目录的路径：请改用 -C DIRECTORY . 来制作。',
  'it only reads': '它只是读取',
  'compute the digest of layer {number}': '计算第 {number} 层的摘要',
  'A layer is named by the sha256 of its uncompressed archive, which OCI calls its diffID. So the same layer is stored once, whoever imports it under whatever name.':
    '层以其未压缩归档的 sha256 命名，OCI 称之为 diffID。所以同一层只存一份，不管由谁、以什么名字导入。',
  'compare the digest of layer {number}': '核对第 {number} 层的摘要',
  "The image's configuration names the digest of each of its layers. If what was read has another one, it is damaged, or somebody changed it.":
    '镜像的配置写明了每一层的摘要。如果读到的内容摘要不同，就说明它已损坏，或者被人改过。',
  'The archive was changed, or damaged on its way.': '归档被改动过，或在传输途中损坏。',
  'it only compares': '它只是比较',

  // Unpacking.
  'make a directory for layer {number}': '为第 {number} 层创建目录',
  "Empty directories, made by mkdir(2), into which nobody else writes: one for the layer, and in it one for the layer's files.":
    '由 mkdir(2) 创建的空目录，别人不会向其中写入：一个给这一层，其中再有一个给该层的文件。',
  'list the device nodes of layer {number}': '列出第 {number} 层的设备节点',
  'mknod(2) of a device is not permitted in a user namespace, whoever root is there. So device nodes are left out of the layer, as rootless podman and docker do, and counted; most images have none outside of /dev.':
    '在用户命名空间中，不论谁是 root，都不允许用 mknod(2) 创建设备。所以设备节点会被略去并计数，与 rootless 的 podman 和 docker 一致；大多数镜像在 /dev 之外没有设备节点。',
  'unpack layer {number}': '解包第 {number} 层',
  'tar unpacks with the numeric owners, modes, extended attributes and time stamps of the archive. It takes the leading slash off names and hard links, and makes symbolic links that lead elsewhere only at the end, so no member can be written through one (openat(2) would follow it). The content of dev is left out: a container gets a /dev of its own.':
    'tar 按归档中的数字属主、权限、扩展属性和时间戳解包。它去掉名字和硬链接开头的斜杠，并把指向别处的符号链接留到最后才创建，所以没有哪个成员能通过符号链接写入（openat(2) 会跟随它）。dev 的内容会被略去：容器有自己的 /dev。',
  'tar unpacks as root of a user namespace made by unshare(2), the one in which containers run, so that the files belong to the ids that the container will see. It takes the leading slash off names and hard links, and makes symbolic links that lead elsewhere only at the end, so no member can be written through one. The content of dev is left out: mknod(2) is not permitted here, and a container gets a /dev of its own.':
    'tar 以用户命名空间的 root 身份解包，该命名空间由 unshare(2) 创建，与容器运行时的相同，这样文件就属于容器将看到的那些 ID。它去掉名字和硬链接开头的斜杠，并把指向别处的符号链接留到最后才创建，所以没有哪个成员能通过符号链接写入。dev 的内容会被略去：这里不允许 mknod(2)，而容器有自己的 /dev。',
  'Cannot open: Not a directory: a member lies below a symbolic link of the same archive that leads outside.':
    'Cannot open: Not a directory：某个成员位于同一归档中一个指向外面的符号链接之下。',
  'Cannot mknod: Operation not permitted: device nodes can be unpacked by root only.':
    'Cannot mknod: Operation not permitted：只有 root 才能解包设备节点。',
  'keep the archive of layer {number}': '保留第 {number} 层的归档',
  'The digest is that of these bytes, and another archive of the same files has others: in the order of its members, say. Whoever saves the image needs them again.{@how}':
    '摘要是对这些字节计算的，而同样文件的另一个归档，字节会有所不同，比如成员的顺序。保存镜像时还会用到它们。{@how}',
  'Compressed quickly rather than well; setpriv ends zstd with its parent, should that be killed.':
    '压缩求快不求小；如果父进程被杀，setpriv 会让 zstd 随之结束。',
  'A second name for the archive, made by link(2). With zstd installed, it would be compressed.':
    '用 link(2) 给归档取第二个名字。如果装有 zstd，则会压缩它。',
  'translate the deletions of layer {number}': '转换第 {number} 层的删除标记',
  "A layer says what it deletes from the ones below by files named .wh.NAME. Overlay knows a character device with the number 0:0 instead, made by mknod(2), and an extended attribute, set by setxattr(2), on a directory that hides what is below it.{@permitted} The paths of such directories are also written to a file beside the layer's, so that a look from outside needs no program that reads attributes.":
    '层用名为 .wh.NAME 的文件表示它从下面各层删除了什么。overlay 用的则是由 mknod(2) 创建的、设备号为 0:0 的字符设备（whiteout），以及由 setxattr(2) 设在目录上的扩展属性，该目录会遮住下面的内容（不透明目录）。{@permitted}这些目录的路径还会写入该层旁边的一个文件，这样从外面查看时就不需要能读取扩展属性的程序。',
  'Both are permitted to an ordinary user for this purpose.': '为此目的，普通用户可以使用这两者。',
  'mknod: Operation not permitted: before Linux 5.8 an ordinary user can not make whiteouts.':
    'mknod: Operation not permitted：在 Linux 5.8 之前，普通用户不能创建 whiteout。',
  'whiteout of nothing: the archive has a file named .wh. and nothing else; no tool makes such a thing.':
    'whiteout of nothing：归档里有一个名字只有 .wh. 的文件；没有工具会生成这样的东西。',
  'count what could not be kept': '统计无法保留的内容',
  'Not everything in an archive can be had everywhere: owners need a range of ids, device nodes need root, extended attributes a file system that keeps them. grep(1) counts in the lists of members, and in what tar said, what was left out or lost.':
    '归档里的东西并非到处都能保留：属主需要一段 ID 范围，设备节点需要 root，扩展属性需要支持它的文件系统。grep(1) 从成员列表和 tar 的输出中统计哪些被略去或丢失了。',

  // Publishing.
  'write the image record': '写入镜像记录',
  'write the record of {name}': '写入 {name} 的记录',
  'An image is this small record: its layers, lowest first, and the command it runs by default. As long as it lies in the workspace it only tells others that these layers are about to be used.':
    '镜像就是这条小记录：它的各层（从最底层开始）和默认运行的命令。只要它还在工作区里，就只是告诉别人这些层即将被使用。',
  'write everything to the disk': '把一切写入磁盘',
  'syncfs(2) waits until the disk has all files of the workspace. A rename that survives a power loss, of files that did not, would leave a layer that looks whole.':
    'syncfs(2) 一直等到工作区的所有文件都写到磁盘上。如果断电后改名保住了而文件没保住，就会留下一个看似完整的层。',
  'fsync(2) of the record waits until the disk has it. A rename that survives a power loss, of a file that did not, would leave an empty one.':
    '对记录调用 fsync(2)，一直等到它写到磁盘上。如果断电后改名保住了而文件没保住，就会留下一个空文件。',
  'It waits for whatever else is to be written to this file system.':
    '它还会等待要写入该文件系统的其他一切数据。',
  'it changes no file': '它不改变任何文件',
  'use layer {number} of the store': '使用存储目录中已有的第 {number} 层',
  'The store has this layer, so it was not read again. Our record names it by now, which keeps others from removing it; stat(2) under their lock tells whether somebody did so just before.':
    '存储目录里已有该层，所以没有再读一遍。我们的记录此时已写明它，别人就不会删除它；在他们也使用的锁之下，stat(2) 可以看出是否有人刚刚删了它。',
  'Somebody removed the last image with this layer a moment ago: try again.':
    '刚才有人删除了使用该层的最后一个镜像：请重试。',
  'it only looks': '它只是查看',
  'link layer {number}': '为第 {number} 层创建链接',
  "A short name for a long one, made by symlink(2): overlay's option string lists all layers of an image and has to fit in one page of memory (4096 bytes).":
    '用 symlink(2) 给长名字取一个短名字：overlay 的选项字符串要列出镜像的所有层，而且必须放进一页内存（4096 字节）。',
  'move layer {number} to its place': '把第 {number} 层移到它的位置',
  'rename(2) puts the whole layer in its place at once. If the store has this layer already, under whatever name, ours is not needed and goes with the workspace. flock(1) keeps two imports from deciding this at the same moment.':
    'rename(2) 一次就把整个层放到它的位置。如果存储目录里已经有这一层，不管叫什么名字，我们的就不需要了，会随工作区一起消失。flock(1) 防止两个导入同时做这个决定。',
  'tmp and layers must be on one file system.': 'tmp 和 layers 必须在同一个文件系统上。',
  'give the image its name': '给镜像命名',
  'give {name} its name': '登记名字 {name}',
  'rename(2) again: at any moment the name means the old image or the new one, never something in between. If the name was taken, the new image has it from now on, as with docker tag; the layers of the old one stay until they are removed.':
    '还是 rename(2)：任何时刻，这个名字指的要么是旧镜像，要么是新镜像，绝不会是中间状态。如果名字已被占用，从现在起它归新镜像，与 docker tag 一样；旧镜像的各层会一直留着，直到被删除。',

  // commit.
  'find what the container changed': '查找容器的改动',
  "Overlay keeps what a container changed in its writable layer: whole files, a character device 0:0 for what was deleted, an extended attribute on a directory that hides the image's. find(1) lists it by kind, sorted, into the workspace. /proc, /sys, /dev and unused mount points, which tinydocker made there, are left out; so are sockets, which no archive can hold. In a mount table of its own, made by unshare(2), the command sees the layer mounted with MS_NOSYMFOLLOW: no path leads through a link.":
    'overlay 把容器的改动保存在可写层里：完整的文件；被删除的用字符设备 0:0 表示；遮住镜像中同名目录的目录带有扩展属性。find(1) 按种类列出它们，排好序，写入工作区。tinydocker 自己在那里创建的 /proc、/sys、/dev 和未使用的挂载点会被略去；套接字也一样，因为没有归档能存放它们。在由 unshare(2) 创建的独立挂载表中，命令看到的层是以 MS_NOSYMFOLLOW 挂载的：没有路径会穿过链接。',
  'reserved name: a file whose name begins with .wh. would delete another one when the image is used.':
    'reserved name：名字以 .wh. 开头的文件，在使用该镜像时会删除另一个文件。',
  'No such file or directory: the container ended meanwhile, and took its changes with it.':
    'No such file or directory：容器在此期间已经结束，并带走了它的改动。',
  'nosymfollow is not known here: it takes Linux 5.10 and util-linux 2.37.':
    'nosymfollow is not known here：它需要 Linux 5.10 和 util-linux 2.37。',
  'mark what it deleted': '标记被删除的内容',
  'An archive says what it deletes from the layers below by empty files: .wh.NAME for NAME, .wh..wh..opq in a directory that hides what is below it (OCI image specification, "Representing Changes"). They are made in a directory of their own.':
    '归档用空文件表示它从下面各层删除了什么：.wh.NAME 表示 NAME，目录中的 .wh..wh..opq 表示该目录遮住下面的内容（OCI 镜像规范，“Representing Changes”）。它们创建在一个单独的目录里。',
  'File name too long: a name of more than 251 bytes has no room for the mark.':
    'File name too long：超过 251 字节的名字放不下标记。',
  "One archive of the directories, the marks and everything else, in this order: whoever unpacks it has a directory before anything is deleted in it. Overlay's own attributes stay out. The same changes always give the same digest. tar looks each name up anew, so here, too, the mount forbids links: the container may run, and put one there.{@ends}":
    '把目录、标记和其他一切依次放进一个归档：这样解包时总是先有目录，再在其中删除。overlay 自己的扩展属性不放进去。相同的改动总是得到相同的摘要。tar 会重新查找每个名字，所以这里的挂载同样禁止跟随链接：容器可能正在运行，并在那里放上链接。{@ends}',
  'file changed as we read it: the container runs, and wrote to it.':
    'file changed as we read it：容器正在运行，并写了这个文件。',
  'Too many levels of symbolic links: it put a link in the place of a directory.':
    'Too many levels of symbolic links：它用链接替换了一个目录。',

  // pull.
  'Fetch what the store lacks of the image from its registry into the workspace.':
    '把存储目录中缺少的部分从镜像仓库取到工作区。',
  'make a place for the blobs': '为 blob 准备位置',
  'The directory in which an OCI image layout keeps its blobs, each a file named by its digest.':
    'OCI 镜像布局存放 blob 的目录，每个 blob 是一个以摘要命名的文件。',
  'leave out the layers that the store has': '略过存储目录中已有的层',
  'skopeo does not fetch a blob whose file is there already; it looks with stat(2). These layers are in the store, as directories: their files stay empty, and nothing reads them.':
    '文件已经存在的 blob，skopeo 不会再取；它用 stat(2) 查看。这些层已作为目录存在于存储目录中：它们的文件保持为空，谁也不会去读。',
  'fetch the image': '取回镜像',
  "skopeo(1) speaks the registry's protocol, with your logins (containers-auth.json(5)), proxies and policy (containers-policy.json(5)), and writes one file for each blob. The reference names the manifest by its digest, so that it is the image that was looked at when this plan was made. A name relative to the workspace, which env enters, may have any characters in front of it.":
    'skopeo(1) 使用镜像仓库的协议，用上你的登录信息（containers-auth.json(5)）、代理和策略（containers-policy.json(5)），并为每个 blob 写一个文件。引用以摘要指明清单（manifest），所以取到的正是制定本计划时看到的那个镜像。使用相对于工作区的名字（由 env 进入工作区），前面的路径里有什么字符都不要紧。',
  'unauthorized: skopeo login REGISTRY, or podman login, keeps a name and a password.':
    'unauthorized：skopeo login REGISTRY 或 podman login 可以保存用户名和密码。',
  'http: server gave HTTP response to HTTPS client: a registry without TLS needs --tls-verify=false.':
    'http: server gave HTTP response to HTTPS client：没有 TLS 的镜像仓库需要 --tls-verify=false。',

  // The default image.
  'makes the directories that every program expects': '创建每个程序都期望存在的目录',
  'gives busybox a name for each of its applets': '为 busybox 的每个小程序（applet）取一个名字',
  'copies programs with the libraries that they need': '复制程序及其所需的库',
  'Put the default image together from what this machine has.': '用本机已有的东西拼成默认镜像。',
  'make the root directory': '创建根目录',
  'An empty directory, made by mkdir(2), becomes the root of the image.':
    '由 mkdir(2) 创建的空目录将成为镜像的根。',
  'make its directories': '创建其中的目录',
  'The directories of the file system hierarchy (hier(7)) that programs expect. /tmp has the sticky bit: everybody may write there, and remove only what is theirs.':
    '程序所期望的文件系统层次结构（hier(7)）中的目录。/tmp 带有粘滞位：人人都可以在那里写，但只能删除自己的东西。',
  'add busybox': '加入 busybox',
  'busybox is one program that is a shell and hundreds of small tools, depending on the name by which it is started. Linked statically it needs no library. link(2) gives its one file all these names.':
    'busybox 是一个程序，按启动它的名字不同，它可以是 shell，也可以是数百个小工具。静态链接的 busybox 不需要任何库。link(2) 给这一个文件取了所有这些名字。',
  'add the basic tools': '加入基本工具',
  'Programs of this machine, with the shared libraries and the ELF interpreter that ldd(1) names, under the paths at which the kernel and ld.so(8) look for them.':
    '本机的程序，连同 ldd(1) 列出的共享库和 ELF 解释器，放在内核和 ld.so(8) 查找它们的路径上。',
  'write {path}': '写入 {path}',
  'passwd(5) gives the user ids their names: root, nobody, and an ordinary user.':
    'passwd(5) 给用户 ID 取名：root、nobody 和一个普通用户。',
  'group(5) does the same for groups.': 'group(5) 对用户组做同样的事。',
  'os-release(5) says what system this is.': 'os-release(5) 说明这是什么系统。',
  'Its presence tells a program that it runs in a container of this image, and not on the machine.':
    '它的存在告诉程序：自己运行在该镜像的容器里，而不是在宿主机上。',
  'let everybody read them': '让所有人可读',
  'Files are written for their owner only; chmod(2) opens these four to all users of the container.':
    '写入的文件只有属主可读；chmod(2) 把这四个文件开放给容器的所有用户。',
  'give the user a home': '给用户一个主目录',
  "chown(2) to the container's user 1000. As an ordinary user this works inside the user namespace only, where 1000 stands for an id of your own range.":
    '用 chown(2) 交给容器的用户 1000。对普通用户，这只在用户命名空间里有效，那里的 1000 代表你自己 ID 范围中的一个。',
});
