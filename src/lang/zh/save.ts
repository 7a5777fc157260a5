/** What the plan of save says. */

import type { Catalogue } from '../catalogue.ts';

export const save = (): Catalogue => ({
  'save {names} to {output}': '把 {names} 保存到 {output}',
  'the output, until it is whole': '输出，直到它完整为止',
  'size of layer {number} in bytes': '第 {number} 层的大小（字节）',
  'sha256 of the manifest of image {number}': '第 {number} 个镜像的清单（manifest）的 sha256',
  'its size in bytes': '它的大小（字节）',
  'compares the sha256 of its stdin': '核对标准输入的 sha256',
  'Put the archive of each layer into an image layout, and compare its digest.':
    '把每一层的归档放进镜像布局，并核对摘要。',
  'Write what says how these become images.': '写入说明它们如何组成镜像的文件。',
  'Write the whole to its place.': '把整体写到它的位置。',
  'say which layers are used': '声明使用哪些层',
  'As long as this record lies in the workspace, nobody removes the layers that it names: whoever removes images looks here too.':
    '只要这条记录还在工作区里，就没有人会删除它写明的层：删除镜像的程序也会查看这里。',
  'make the directories of the layout': '创建布局的目录',
  'An OCI image layout has all its parts in blobs/sha256, each under its own digest, so that what images share is there once.{@beside}':
    'OCI 镜像布局的所有部分都放在 blobs/sha256 中，各自以摘要命名，所以多个镜像共享的部分只有一份。{@beside}',
  'It is made beside its place and gets its name at the end. mkdir(2) fails when somebody else has the directory: its name is a random one.':
    '它创建在目标位置旁边，最后才得到名字。如果别人已有这个目录，mkdir(2) 会失败：它的名字是随机的。',
  'Permission denied: you may not write in that directory.': 'Permission denied：你无权在该目录中写入。',
  'it lies in the directory that this step makes': '它位于该步骤创建的目录中',
  'The store keeps the archive from which it unpacked the layer, compressed: packed again, the same files could give other bytes. What is saved is plain, as podman does it, so that nothing depends on who compressed it.{@ends}':
    '存储目录以压缩形式保留着解包该层所用的归档：同样的文件重新打包，字节可能不同。保存的内容是未压缩的，与 podman 一致，这样一切都与由谁压缩无关。{@ends}',
  'No such file or directory: somebody removed the image a moment ago.':
    'No such file or directory：刚才有人删除了该镜像。',
  'A layer is named by the sha256 of its plain archive. Whoever loads the image compares it too; a disk that lost a bit, or somebody who changed the store, is better noticed here.':
    '层以其未压缩归档的 sha256 命名。载入镜像的程序也会核对；磁盘丢了一个比特，或者有人改动了存储目录，最好在这里就发现。',
  'its sha256 is another one: import, load or pull the image again.':
    'its sha256 is…：摘要不符，请重新导入、载入或拉取该镜像。',
  'measure layer {number}': '测量第 {number} 层的大小',
  "stat(2) tells the size, which the image's manifest gives for each of its blobs.":
    'stat(2) 给出大小，镜像的清单（manifest）要写明每个 blob 的大小。',
  'take layer {number}': '取用第 {number} 层',
  'A second name, made by link(2), for the archive from which the store unpacked the layer: nothing is copied.':
    '用 link(2) 给解包该层所用的归档取第二个名字：不复制任何东西。',
  'A copy of the archive from which the store unpacked the layer: it is yours from now on. On btrfs and xfs it shares its blocks (ioctl_ficlone(2)) and costs nothing.{@ends}':
    '解包该层所用的归档的副本：从现在起它归你。在 btrfs 和 xfs 上，它共享数据块（ioctl_ficlone(2)），没有任何开销。{@ends}',
  'pack layer {number} again': '重新打包第 {number} 层',
  "The store has no archive of this layer, only its files. Packed in the way in which directories are imported (names sorted, no owners' names), they may give the same bytes as before; the next step tells.{@ends}":
    '存储目录里没有该层的归档，只有它的文件。按导入目录的方式打包（名字排序，不含属主名），可能得到与原先相同的字节；下一步见分晓。{@ends}',
  'write the configuration of image {number}': '写入第 {number} 个镜像的配置',
  "Byte for byte what the image came with. Its sha256 is the image's id, and it names the digest of each layer.":
    '与镜像原有的配置逐字节相同。它的 sha256 就是镜像的 ID，它写明了每一层的摘要。',
  'write the manifest of image {number}': '写入第 {number} 个镜像的清单（manifest）',
  'The manifest holds an image together: digests and sizes of its configuration and of its layers, lowest first.':
    '清单（manifest）把镜像联系在一起：配置和各层（从最底层开始）的摘要与大小。',
  'compute the digest of manifest {number}': '计算第 {number} 个清单的摘要',
  'The index names the manifest by its sha256, which only now can be known: it holds the sizes of the layers.':
    '索引以 sha256 指明清单，而它现在才能得知：清单里含有各层的大小。',
  'measure manifest {number}': '测量第 {number} 个清单的大小',
  'The index gives its size too, as stat(2) tells it.': '索引还要写明它的大小，由 stat(2) 给出。',
  'give manifest {number} its name': '给第 {number} 个清单命名',
  'Like all blobs it is found by its digest: rename(2) gives it that name.':
    '与所有 blob 一样，要靠摘要找到它：rename(2) 给它取这个名字。',
  'Where the reading begins: each name, in annotations, and the manifest that it means.':
    '读取从这里开始：注解中的每个名字，以及它所指的清单。',
  'The mark by which an OCI image layout is recognised, with its version.':
    '用来识别 OCI 镜像布局的标志，带有版本。',
  "docker's own list of the images, which docker load reads in all its releases since 1.10 (2016), and podman and skopeo as docker-archive. It names the same blobs, so both descriptions share them.":
    'docker 自己的镜像列表，从 1.10（2016 年）起的所有版本的 docker load 都能读，podman 和 skopeo 则把它当作 docker-archive 来读。它指明的是同样的 blob，所以两种描述共用它们。',
  'write the archive': '写出归档',
  'One archive of the layout. Sorted, without owners, modes and times of ours, so that the same images give the same bytes whoever saves them, and whenever.{@ends}':
    '把布局做成一个归档。经过排序，不带我们的属主、权限和时间，这样不论由谁、在何时保存，相同的镜像都得到相同的字节。{@ends}',
  'No space left on device: the archive has all layers uncompressed.':
    'No space left on device：归档里所有的层都是未压缩的。',
  'write it to the disk': '写入磁盘',
  'fsync(2), or syncfs(2) for a directory, waits until the disk has all of it. A rename that survives a power loss, of data that did not, would leave an empty file where a whole one was before.':
    'fsync(2)（对目录则是 syncfs(2)）一直等到全部写到磁盘上。如果断电后改名保住了而数据没保住，原先完整的文件就会变成空文件。',
  'Input/output error: the disk did not take what was written to it.':
    'Input/output error：磁盘没有接受写入的内容。',
  'give it its name': '给它命名',
  'rename(2): whoever opens the name finds what was there before, or all of the new one, and never something in between.':
    'rename(2)：打开这个名字的人看到的要么是原先的内容，要么是全新的内容，绝不会是中间状态。',
  'Is a directory, Directory not empty: something else has this name.':
    'Is a directory、Directory not empty：别的东西占用了这个名字。',
  'it is the last step, and all or nothing': '它是最后一步，而且要么全做，要么不做',
  'what was written to stdout is gone': '写到标准输出的内容已经无法收回',
});
