/** Tar archives made by hand, member by member: also such as no tar program would make. See tar(5), POSIX "pax". */

export interface Member {
  readonly name: string;
  /** Regular file, hard link, symbolic link, character device, directory, fifo. */
  readonly type?: 'file' | 'hardlink' | 'symlink' | 'device' | 'directory' | 'fifo';
  readonly target?: string;
  readonly text?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Records of an extended header, such as `SCHILY.xattr.user.x`. */
  readonly pax?: Readonly<Record<string, string>>;
}

const BLOCK = 512;
const TYPES = { file: '0', hardlink: '1', symlink: '2', device: '3', directory: '5', fifo: '6' } as const;

/** The archive of these members. */
export function tarOf(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.flatMap(blocksOf), Buffer.alloc(2 * BLOCK)]);
}

function blocksOf(member: Member): readonly Buffer[] {
  const { name, type = 'file', target = '', text = '', mode = 0o644, uid = 0, gid = 0, pax } = member;
  const own = [
    header({ name, flag: TYPES[type], target, size: Buffer.byteLength(text), mode, uid, gid }),
    padded(text),
  ];
  if (pax === undefined) return own;
  const records = Object.entries(pax).map(paxRecord).join('');
  return [
    header({
      name: 'pax',
      flag: 'x',
      target: '',
      size: Buffer.byteLength(records),
      mode: 0o644,
      uid: 0,
      gid: 0,
    }),
    padded(records),
    ...own,
  ];
}

function header(fields: {
  readonly name: string;
  readonly flag: string;
  readonly target: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  block.write(fields.name, 0, 100);
  octal(fields.mode, 100, 8);
  octal(fields.uid, 108, 8);
  octal(fields.gid, 116, 8);
  octal(fields.size, 124, 12);
  octal(1_600_000_000, 136, 12);
  block.write(' '.repeat(8), 148, 'latin1');
  block.write(fields.flag, 156, 'latin1');
  block.write(fields.target, 157, 100);
  block.write('ustar\x0000', 257, 'latin1');
  octal(0, 329, 8);
  octal(fields.flag === TYPES.device ? 1 : 0, 337, 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** "LENGTH KEY=VALUE\n", where LENGTH counts itself. */
function paxRecord([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (String(length).length + Buffer.byteLength(rest) !== length)
    length = String(length).length + Buffer.byteLength(rest);
  return `${length}${rest}`;
}

function padded(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}
