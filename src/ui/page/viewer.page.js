// The page that a recording becomes: steps through its scenes. The data is text: nothing of it is ever parsed as HTML.

(() => {
  const data = JSON.parse(document.getElementById('recording').textContent);
  const { plans, scenes, trees } = data;
  const byId = id => document.getElementById(id);
  const slider = byId('slider');
  let at = 0;

  /** An element with text, and a class. */
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const fill = (parent, children) => parent.replaceChildren(...children);
  const lastOf = (plan, step) => {
    let found = -1;
    scenes.forEach((scene, index) => {
      if (found < 0 && scene.plan === plan && scene.step === step && scene.happened === 'step') found = index;
    });
    return found;
  };

  const stepRow = (plan, step, index, status, current) => {
    const row = element('li');
    const button = element('button');
    button.type = 'button';
    button.append(
      element('span', data.marks[status], `mark ${status.replace(' ', '-')}`),
      element('span', `${index + 1}. ${step.title}`),
      element('span', status === 'done' ? '' : status, 'word'),
    );
    const scene = lastOf(plan, index);
    button.disabled = scene < 0;
    if (current) button.setAttribute('aria-current', 'step');
    button.addEventListener('click', () => show(scene));
    row.append(button);
    return row;
  };

  const signed = ({ sign, text }) => {
    const row = element('li', undefined, 'mono');
    const kind = { '+': 'new', '-': 'gone', '~': 'other' }[sign] ?? '';
    const word = { '+': 'new', '-': 'gone', '~': 'changed' }[sign];
    const mark = element('span', sign, `sign ${kind}`);
    if (word) mark.setAttribute('aria-label', word);
    row.append(mark, text);
    return row;
  };

  const mountRow = line => {
    const row = signed(line);
    row.style.paddingLeft = `${line.depth * 1.2}em`;
    return row;
  };

  const showMounts = scene => {
    const tree = scene.tree === null ? [] : trees[scene.tree];
    const copied = tree.filter(line => line.copied).length;
    const whole = byId('copied').checked;
    byId('mounts-section').hidden = scene.tree === null;
    byId('copied-label').hidden = copied === 0;
    byId('copied-count').textContent = `show the ${copied} that came with the table, copied from the host`;
    fill(byId('mounts'), tree.filter(line => whole || !line.copied).map(mountRow));
  };

  const showStep = scene => {
    const step = scene.step === null ? undefined : plans[scene.plan].steps[scene.step];
    byId('step-section').hidden = step === undefined;
    if (step === undefined) return;
    byId('command').textContent = step.command;
    byId('why').textContent = step.why;
    byId('undo').textContent = step.undo;
    byId('where').textContent = step.where;
    byId('output').textContent = scene.output.join('\n');
    byId('output').hidden = scene.output.length === 0;
  };

  const show = index => {
    at = Math.min(scenes.length - 1, Math.max(0, index));
    const scene = scenes[at];
    const plan = plans[scene.plan];
    byId('plan').textContent = plan.summary;
    fill(
      byId('steps'),
      plan.steps.map((step, number) =>
        stepRow(scene.plan, step, number, scene.status[number], number === scene.step),
      ),
    );
    byId('title').textContent = scene.label;
    byId('time').textContent = scene.when;
    showStep(scene);
    byId('changes-section').hidden = scene.changes === null;
    const changes = scene.changes ?? [];
    fill(byId('changes'), changes.length > 0 ? changes.map(signed) : [element('li', 'nothing', 'dim')]);
    showMounts(scene);
    byId('back').disabled = at === 0;
    byId('next').disabled = at === scenes.length - 1;
    slider.value = String(at);
    slider.setAttribute('aria-valuetext', scene.label);
    byId('place').textContent = `${at + 1}/${scenes.length}`;
    byId('live').textContent = `${scene.label}. ${changes.length} changes.`;
    byId('steps').querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  };

  slider.max = String(scenes.length - 1);
  slider.addEventListener('input', () => show(Number(slider.value)));
  byId('back').addEventListener('click', () => show(at - 1));
  byId('next').addEventListener('click', () => show(at + 1));
  byId('copied').addEventListener('change', () => showMounts(scenes[at]));
  document.addEventListener('keydown', event => {
    // The slider has these keys itself, and a shortcut of the browser's is none of ours.
    if (event.target === slider || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: scenes.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
  show(0);
})();
