/** Random edits below /m, as a container's shell makes them; many of them fail, which is no matter. */

import fc from 'fast-check';

const names = fc.constantFrom('a', 'b', 'c', 'sp ace', 'é', '-x');
const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map(parts => `'/m/${parts.join('/')}'`);
const edit = fc.oneof(
  paths.map(path => `[ -p ${path} ] || echo x >>${path}`),
  paths.map(path => `mkdir -p ${path}`),
  paths.map(path => `rm -rf ${path}`),
  paths.map(path => `chmod 750 ${path}`),
  paths.map(path => `touch -d 2002-03-04 ${path}`),
  paths.map(path => `rm -rf ${path}; mkdir ${path}`),
  fc.tuple(paths, paths).map(([from, to]) => `mv ${from} ${to}`),
  fc.tuple(paths, paths).map(([from, to]) => `ln -s ${from} ${to}`),
  fc.tuple(paths, paths).map(([from, to]) => `cp -a ${from} ${to}`),
  fc.tuple(paths, paths).map(([from, to]) => `ln ${from} ${to}`),
  paths.map(path => `mkfifo ${path}`),
);
/** A program for sh. */
export const edits = fc.array(edit, { minLength: 20, maxLength: 60 }).map(lines => lines.join('\n'));
