/** What the plan says that makes the surroundings of a lesson. */

import type { Catalogue } from '../catalogue.ts';

export const lesson = (): Catalogue => ({
  'hold the lesson {name}': '讲授课程 {name}',
  'ends what the lesson has started': '结束这一课启动的一切',
  'Make what the lesson needs.': '建立这一课所需的一切。',
  'A store of its own, so that nothing in a lesson can touch your containers and images, and a directory to work in. What the lesson starts carries the name of the workspace in its environment; the undo finds it by that and kills it.':
    '一个单独的存储目录，这样课程里的任何事都碰不到你的容器和镜像；还有一个供操作的目录。课程启动的进程在环境变量里带着工作区的名字，撤销时据此找到并杀死它们。',
  'write the command': '写入命令',
  'In PATH under its name, so that what the lesson shows can be typed as it is.':
    '以自己的名字放在 PATH 里，这样课程里显示的命令可以照原样输入。',
});
