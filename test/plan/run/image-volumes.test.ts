import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { imageVolumes } from '../../../src/plan/run/image-volumes.ts';

const NONE = { volumes: [], tmpfs: [] };

function pathsOf(declared: readonly string[], request: Parameters<typeof imageVolumes>[1] = NONE) {
  const result = imageVolumes({ Volumes: Object.fromEntries(declared.map(path => [path, {}])) }, request);
  assert.ok(result.ok);
  return result.ok ? result.value : { paths: [], notes: [] };
}

const CASES: readonly (readonly [readonly string[], readonly string[], number])[] = [
  [[], [], 0],
  [['/data'], ['/data'], 0],
  [['data', '/data/', '//data/.', '/x/../data'], ['/data'], 0],
  [['/a/b', '/a', '/b'], ['/a', '/b', '/a/b'], 0],
  [['/../../etc'], ['/etc'], 0],
  [['/', '/..', '', '.'], [], 1],
  [['/proc', '/proc/self', '/sys/x', '/dev/shm', 'dev', '/x/../dev'], [], 1],
  [['/process', '/device'], ['/device', '/process'], 0],
  [['/a\0b'], [], 1],
  [['/a b', '/a\nb', '/a,b:c', '/a\\b'], ['/a\nb', '/a b', '/a,b:c', '/a\\b'], 0],
];

for (const [declared, paths, notes] of CASES)
  test(JSON.stringify(declared), () => {
    const result = pathsOf(declared);
    assert.equal(result.paths, paths);
    assert.is(result.notes.length, notes, result.notes.join('\n'));
  });

test('what the user mounts in the same place wins, however it is written', () => {
  const request = {
    volumes: [{ source: '/s', target: '/data/', readOnly: false }],
    tmpfs: [{ target: '//tmp/./x', options: [] }],
  };
  assert.equal(pathsOf(['/data', '/tmp/x', '/data/sub', '/other'], request).paths, ['/other', '/data/sub']);
});

test('thousands are refused', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`/v${index}`, {}]));
  const result = imageVolumes({ Volumes: many }, NONE);
  assert.not.ok(result.ok);
  if (!result.ok) assert.match(result.failures[0]?.message ?? '', /declares 5000 volumes/);
});

test.run();
