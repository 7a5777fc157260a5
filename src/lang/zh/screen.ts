/** What explain, the printed script, and the progress of a plan say around the texts of the plan. */

import type { Catalogue } from '../catalogue.ts';

export const screen = (): Catalogue => ({
  // explain.
  'A run has these steps here, {@who}:': '在这里，一次 run 有以下步骤（{@who}）：',
  'for root': 'root 用户',
  'for an ordinary user with ranges of ids in /etc/subuid': '在 /etc/subuid 中有 ID 范围的普通用户',
  'for an ordinary user with one id': '只有一个 ID 的普通用户',
  'tinydocker explain STEP tells why a step is there, its command, its undo, and what commonly goes wrong.':
    'tinydocker explain STEP 说明某一步为何存在、它的命令、它的撤销方法，以及常见的错误。',
  'Step {number} of {total}, phase {phase}': '第 {number} 步，共 {total} 步，阶段 {phase}',
  Why: '原因',
  Where: '位置',
  Command: '命令',
  'Command without a terminal': '没有终端时的命令',
  Undo: '撤销',
  'What commonly goes wrong': '常见错误',
  'On the host.': '在宿主机上。',
  'On the host; what it starts is inside of the new namespaces.':
    '在宿主机上；它启动的进程位于新的命名空间之内。',
  'On the host; the command runs inside.': '在宿主机上；用户命令在里面运行。',
  'A program of the host, inside of these namespaces of init: {names}. nsenter(1) enters them with setns(2).{@root}':
    '宿主机的程序，在 init 的这些命名空间之内：{names}。nsenter(1) 通过 setns(2) 进入它们。{@root}',
  'It keeps the root directory of the host.': '它保留宿主机的根目录。',
  'Nothing: {reason}.': '无需撤销：{reason}。',
  'Together with {step}: {reason}.': '随 {step} 一起撤销：{reason}。',
  '(the kernel then removes the namespaces and every mount in them)':
    '（随后内核会移除这些命名空间及其中的所有挂载）',
  '(only when the run failed)': '（仅在运行失败时）',

  // The printed script.
  'This is what tinydocker would do, as a script of its own. Each step is one command; what undoes it is noted before, and runs, newest first, when the script ends.':
    '这就是 tinydocker 将要做的事，写成一个独立的脚本。每一步是一条命令；它的撤销方法事先登记，在脚本结束时从最新的开始依次执行。',
  'Undone with {step}: {reason}.': '随 {step} 一起撤销：{reason}。',
  'Note: {note}.': '注意：{note}。',
  'What follows goes on in the background. It tells when the command has started, which ends the substitution.':
    '以下内容在后台继续进行。命令启动时它会告知，命令替换就此结束。',
  'What follows runs when the command has ended, before anything is undone.':
    '以下内容在命令结束之后、撤销任何东西之前运行。',
  'If it worked, nothing has to be kept, and the undos remove everything.':
    '如果成功，就不必保留任何东西，撤销操作会删除一切。',
  "Nothing that the caller left open goes into the container; 5 is the caller's stdin.":
    '调用者打开的任何东西都不会进入容器；5 是调用者的标准输入。',

  // One row for each step, and what is below.
  '{number} steps ({host} host, {inside} in)': '{number} 步（宿主机 {host}，容器内 {inside}）',
  host: '宿主',
  in: '容器',
  next: '下一步',
  running: '进行中',
  failed: '失败',
  'undo failed': '撤销失败',
  skipped: '未执行',
  '{percent}% of {size}': '{percent}%，共 {size}',
  '1 step not started': '1 步未开始',
  '{number} steps not started': '{number} 步未开始',
  'Undoing, newest first: {done}, {failed} FAILED': '撤销中，从最新的开始：{done}，失败 {failed}',
  'Undoing, newest first: {done}': '撤销中，从最新的开始：{done}',
  'nothing: {reason}': '无需撤销：{reason}',
  'with {step}: {reason}': '随 {step}：{reason}',
  'stop here and undo 1 step': '就此停止，并撤销 1 步',
  'stop here and undo {number} steps': '就此停止，并撤销 {number} 步',
  'It was made to fail on purpose (--fail-at).': '它是故意失败的。',
  'It ended with {@ending}.': '它已结束：{@ending}。',
  'It was {@ending}.': '它{@ending}。',
  '({number} lines before)': '（之前还有 {number} 行）',
  Often: '常见',

  // Sentences, one for each event.
  '{what}: {number} steps': '{what}：{number} 步',
  'step {number} {id} ({title}): done in {time}': '第 {number} 步 {id}（{title}）：完成，用时 {time}',
  'step {number} {id} ({title}): {done} of {total}': '第 {number} 步 {id}（{title}）：{done}，共 {total}',
  'step {number} {id} ({title}): failed, {@ending}: {command}':
    '第 {number} 步 {id}（{title}）：失败，{@ending}：{command}',
  'step {number} {id} ({title}) was changed: {command}': '第 {number} 步 {id}（{title}）已被修改：{command}',
  '{@ending}, on purpose': '{@ending}，故意为之',
  'exit status {status}': '退出状态 {status}',
  'killed by {signal}': '被 {signal} 杀死',
  'not executed': '未能执行',
  'the command ended with exit status {status}': '命令已结束，退出状态 {status}',
  'undone: {id} ({title}), in {time}': '已撤销：{id}（{title}），用时 {time}',
  'UNDO FAILED: {id} ({title}): {reason}': '撤销失败：{id}（{title}）：{reason}',
  'back: {id} ({title}), in {time}': '已退回：{id}（{title}），用时 {time}',
  'BACK FAILED: {id} ({title}): {reason}': '退回失败：{id}（{title}）：{reason}',
  'starting again': '重新开始',
  'starting again, up to {step}': '重新开始，直到 {step}',
  'starting again: {reason}': '重新开始：{reason}',
  'starting again, up to {step}: {reason}': '重新开始，直到 {step}：{reason}',
  '{signal}: {@reaction}': '{signal}：{@reaction}',
  'stopping here and undoing what was done': '就此停止，并撤销已做的一切',
  'cleaning up already; once more forces it': '已在清理；再按一次则强制进行',
  'forcing the present command to end; once more gives up': '强制结束当前命令；再按一次则放弃',
  'passed on to the container; once more kills it, and so do {seconds} seconds':
    '已转给容器；再按一次则杀死它，{seconds} 秒之后也会',
  'passed on to the command; once more kills it, and so do {seconds} seconds':
    '已转给命令；再按一次则杀死它，{seconds} 秒之后也会',
  'killing the container': '正在杀死容器',
  'killing the command': '正在杀死命令',
  'the command has no handler for it, so the container is killed': '命令没有设置它的处理函数，所以杀死容器',
  '{what}: 1 step in {time}': '{what}：1 步，用时 {time}',
  '{what}: {number} steps in {time}': '{what}：{number} 步，用时 {time}',
  'discarded 1 change: --keep keeps it, --commit IMAGE saves it':
    '丢弃了 1 处改动：--keep 可保留，--commit IMAGE 可保存为镜像',
  'discarded {number} changes: --keep keeps them, --commit IMAGE saves them':
    '丢弃了 {number} 处改动：--keep 可保留，--commit IMAGE 可保存为镜像',
  'discarded at least 1 change: --keep keeps them, --commit IMAGE saves them':
    '丢弃了至少 1 处改动：--keep 可保留，--commit IMAGE 可保存为镜像',
  'discarded at least {number} changes: --keep keeps them, --commit IMAGE saves them':
    '丢弃了至少 {number} 处改动：--keep 可保留，--commit IMAGE 可保存为镜像',
  '{what}: cleaned up in {time}: {@gone}; exit status {status}':
    '{what}：清理完毕，用时 {time}：{@gone}；退出状态 {status}',
  'processes, mounts, directory': '进程、挂载、目录',
  'processes, mounts; writable layer kept': '进程、挂载；可写层已保留',
  '{what} failed {@where} and {@undos}; exit status {status}':
    '{what} {@where}失败，{@undos}；退出状态 {status}',
  '{what} was interrupted {@where} and {@undos}; exit status {status}':
    '{what} {@where}被中断，{@undos}；退出状态 {status}',
  'at step {number} ({id}, {@ending})': '在第 {number} 步（{id}，{@ending}）',
  'at step {number} ({id})': '在第 {number} 步（{id}）',
  'after step {number}': '在第 {number} 步之后',
  'there was nothing to undo': '没有需要撤销的',
  'was undone: {number} undos done': '已撤销：{number}',
  'was NOT undone completely: {number} undos done': '未能完全撤销：{number}',
});
