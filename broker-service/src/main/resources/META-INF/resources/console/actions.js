// Everything that can be done: what has to be said, the preview, the confirmation, the call, and how it goes on.

import { h, show } from './dom.js';
import { call, enc, get } from './api.js';
import { bytes, count, num } from './format.js';

const NODES = { name: 'node_number', label: 'Nodes', hint: 'a multiple of 4: a chunk has two proxies with two nodes each', type: 'number', min: 4, step: 4 };
const FORCE = (hint) => ({ name: 'force', label: 'Force', hint, type: 'check' });

const ACTIONS = {
  create: {
    button: 'Create cluster', title: () => 'Create a cluster', confirm: 'Create',
    fields: () => [{ name: 'cluster', label: 'Name', hint: '1 to 31 of A–Z a–z 0–9 @ - _' }, { ...NODES, value: 4 },
      { name: 'copies', label: 'Copies of the data', hint: '2, or up to 5 with hot spares', type: 'number', min: 2, max: 5, value: 2 }],
    body: (v) => ({ node_number: v.node_number, ...(v.copies > 2 ? { copies: v.copies } : {}) }), preview: (v, body) => ({ cluster: v.cluster, ...body }),
    run: (v, body) => call('POST', '/clusters/meta/' + enc(v.cluster), body),
    after: (v) => { location.hash = '#/clusters/' + enc(v.cluster); },
  },
  remove: {
    button: 'Remove', title: (v) => 'Remove cluster ' + v.cluster, confirm: 'Remove with all keys', danger: true, type: (v) => v.cluster,
    run: (v) => call('DELETE', '/clusters/meta/' + enc(v.cluster)), after: () => { location.hash = '#/'; },
  },
  scale: {
    button: 'Scale', title: (v) => 'Scale cluster ' + v.cluster, confirm: 'Scale', follow: true,
    fields: (v, context) => [{ ...NODES, value: context?.cluster.node_number }],
    run: (v) => call('POST', '/clusters/migrations/auto/' + enc(v.cluster) + '/' + enc(v.node_number)),
    waits: 'Waiting until all proxies know the new nodes…',
  },
  free_nodes: {
    button: 'Free empty nodes', title: (v) => 'Free the nodes of ' + v.cluster + ' without slots', confirm: 'Free them',
    run: (v) => call('DELETE', '/clusters/free_nodes/' + enc(v.cluster)),
  },
  reshard: {
    button: 'Move slots', title: (v) => 'Move slots of cluster ' + v.cluster + ' to one master', confirm: 'Move them', follow: true,
    fields: (v, context) => [
      { name: 'destination', label: 'To', type: 'select', options: masterNodes(context).map((node) => [node.address, node.address + ' behind ' + node.proxy]) },
      { name: 'sources', label: 'From', hint: 'none chosen: all other masters', type: 'checks', options: masterNodes(context).map((node) => [node.address, node.address]) },
      { name: 'slot_number', label: 'How many slots', type: 'number', min: 1, max: 16384, value: 100 },
      { name: 'slots', label: 'Or exactly these', hint: 'such as 0-100,300; then the number does not count' }],
    body: (v) => ({
      destination: v.destination, sources: v.sources.filter((source) => source !== v.destination),
      ...(v.slots ? { range_list: rangeList(v.slots) } : { slot_number: v.slot_number }),
    }),
    run: (v, body) => call('POST', '/clusters/migrations/reshard/' + enc(v.cluster), body),
  },
  rebalance: {
    button: 'Rebalance', title: (v) => 'Spread the slots of ' + v.cluster, confirm: 'Rebalance', follow: true,
    fields: (v, context) => [
      { name: 'threshold', label: 'Threshold in per cent', hint: 'when no master differs from its share by more, nothing moves', type: 'number', min: 0, max: 100, value: 2 },
      { name: 'weights', label: 'Weights', hint: '1 is an even share, 0 takes all slots away', type: 'pairs', number: true,
        options: masterNodes(context).map((node) => [node.address, node.slots.length > 0 ? 1 : '']) }],
    body: (v) => ({ threshold: v.threshold, weights: v.weights }),
    run: (v, body) => call('POST', '/clusters/migrations/rebalance/' + enc(v.cluster), body),
  },
  balance: {
    button: 'Even out masters', title: (v) => 'Give each half of the chunks of ' + v.cluster + ' one master', confirm: 'Even out',
    run: (v) => call('PUT', '/clusters/balance/' + enc(v.cluster)),
  },
  config: {
    button: 'Settings', title: (v) => 'Settings of cluster ' + v.cluster, confirm: 'Set',
    fields: (v, context) => [{ name: 'config', label: 'Settings', hint: 'what is changed is set; what they mean is in docs/http-api.md', type: 'pairs', changed: true, options: Object.entries(context.config) }],
    body: (v) => v.config, preview: (v) => ({ config: v.config }),
    run: (v, body) => call('PATCH', '/clusters/config/' + enc(v.cluster), body),
  },
  abort: {
    button: 'Abort moves', title: (v) => 'Abort the moves of cluster ' + v.cluster, confirm: 'Abort', danger: true, follow: true,
    run: (v) => call('DELETE', '/clusters/migrations/' + enc(v.cluster)),
  },
  switchover: {
    button: (v) => (v.node ? 'Make master' : 'Move masters away'),
    title: (v) => (v.node ? 'Make node ' + v.node + ' master' : 'Move the masters of ' + v.proxy + ' to its partner'), confirm: 'Switch over',
    fields: (v) => (v.node ? [] : [FORCE('also while slots of its chunk move, or it is reported')]),
    run: (v) => (v.node ? call('POST', '/clusters/switchover/' + enc(v.cluster) + '?node=' + enc(v.node))
      : call('POST', '/proxies/switchover/' + enc(v.proxy) + '?force=' + Boolean(v.force))),
  },
  failover: {
    button: 'Fail over', title: (v) => 'Give up on proxy ' + v.proxy, confirm: 'Fail over', danger: true,
    fields: () => [FORCE('accept that writes are lost that only this proxy has')], type: (v) => (v.force ? v.proxy : null),
    run: (v) => call('POST', '/proxies/failover/' + enc(v.proxy) + '?force=' + Boolean(v.force)),
  },
  maintenance: {
    button: 'Maintenance', title: (v) => 'Prepare proxy ' + v.proxy + ' for a restart', confirm: 'Begin',
    fields: () => [{ name: 'seconds', label: 'How long it may be away, in seconds', type: 'number', min: 1, max: 86400, value: 300 }],
    run: (v) => call('POST', '/proxies/maintenance/' + enc(v.proxy) + '?seconds=' + enc(v.seconds)),
    done: (reply) => (reply.state === 'ready' ? 'The proxy and its nodes may be stopped.' : 'Its partner takes over; wait until it says so before you stop it.'),
  },
  end_maintenance: {
    button: 'End maintenance', title: (v) => 'End the maintenance of ' + v.proxy, confirm: 'End it',
    run: (v) => call('DELETE', '/proxies/maintenance/' + enc(v.proxy)),
  },
  remove_proxy: {
    button: 'Remove', title: (v) => 'Remove proxy ' + v.proxy, confirm: 'Remove', danger: true,
    run: (v) => call('DELETE', '/proxies/meta/' + enc(v.proxy)),
  },
  drain: {
    button: 'Drain', title: (v) => 'Empty host ' + v.host, confirm: 'Drain',
    run: (v) => call('POST', '/hosts/drain/' + enc(v.host)),
  },
  cancel_drain: {
    button: 'Stop draining', title: (v) => 'Stop emptying host ' + v.host, confirm: 'Stop',
    run: (v) => call('DELETE', '/hosts/drain/' + enc(v.host)),
  },
};

const dialog = document.getElementById('dialog');
let open = null;

export function may(state) {
  return state.caller.role !== 'viewer';
}

// A button for an action; nothing for those who may not.
export function act(state, action, values) {
  if (!may(state)) return null;
  const definition = ACTIONS[action];
  const text = typeof definition.button === 'function' ? definition.button(values) : definition.button;
  const subject = values.node ?? values.proxy ?? values.host ?? values.cluster;
  return h('button', {
    type: 'button', class: definition.danger ? 'danger' : null, 'data-action': action, 'data-values': JSON.stringify(values),
    'aria-label': subject ? text + ': ' + subject : null,
  }, text);
}

export function listen(changed) {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-action]');
    if (button) begin(button.dataset.action, JSON.parse(button.dataset.values), changed);
  });
  dialog.addEventListener('close', () => {
    open = null;
    dialog.replaceChildren();
  });
}

async function begin(action, values, changed) {
  const definition = ACTIONS[action];
  const mine = { action, definition, values, changed, step: 'ask', preview: null, error: null, sequence: 0 };
  open = mine;
  if (values.cluster && definition.fields) {
    try {
      mine.context = await get('/overview/clusters/' + enc(values.cluster));
    } catch (e) {
      mine.context = null;
      mine.error = e.message;
    }
  }
  if (open !== mine) return;
  mine.fields = definition.fields ? definition.fields(values, mine.context) : [];
  dialog.replaceChildren(form(mine));
  const asked = dialog.querySelector('form');
  asked.addEventListener('input', () => preview(mine));
  asked.addEventListener('submit', (event) => {
    event.preventDefault();
    run(mine);
  });
  asked.querySelector('[data-close]').addEventListener('click', () => dialog.close());
  if (!dialog.open) dialog.showModal();
  await preview(mine);
}

function form(mine) {
  const { definition, values, fields } = mine;
  return h('form', { novalidate: true },
    h('h2', { id: 'dialog-title' }, definition.title(values)),
    fields.map(field),
    h('div', { class: 'preview', id: 'preview', 'aria-live': 'polite' }, 'Looking at what would happen…'),
    h('div', { id: 'retype' }),
    h('div', { id: 'progress', 'aria-live': 'polite' }),
    h('div', { class: 'buttons' },
      h('button', { class: 'main' + (definition.danger ? ' danger' : ''), id: 'confirm', disabled: true }, definition.confirm),
      h('button', { type: 'button', 'data-close': true }, 'Cancel')));
}

function field(one) {
  const hint = one.hint ? h('small', {}, one.hint) : null;
  if (one.type === 'check') return h('label', { class: 'check' }, h('input', { type: 'checkbox', name: one.name }), h('span', {}, h('b', {}, one.label), ' ', hint));
  if (one.type === 'select') return h('label', {}, one.label, hint, h('select', { name: one.name }, one.options.map(([value, text]) => h('option', { value }, text))));
  if (one.type === 'checks') {
    return h('fieldset', {}, h('legend', {}, one.label), hint, one.options.map(([value, text]) => h('label', { class: 'check' },
      h('input', { type: 'checkbox', name: one.name, value }), h('span', { class: 'mono' }, text))));
  }
  if (one.type === 'pairs') {
    return h('fieldset', {}, h('legend', {}, one.label), hint, h('div', { class: 'pairs' }, one.options.map(([name, value]) => [
      h('label', { for: one.name + '-' + name, class: 'mono' }, name),
      h('input', { id: one.name + '-' + name, name: one.name, 'data-key': name, value, 'data-was': value, placeholder: one.changed ? 'default' : '', autocomplete: 'off' })])));
  }
  return h('label', {}, one.label, hint, h('input', {
    name: one.name, type: one.type ?? 'text', min: one.min, max: one.max, step: one.step, value: one.value, autocomplete: 'off', spellcheck: 'false',
  }));
}

function given(mine) {
  const values = { ...mine.values };
  for (const one of mine.fields) {
    const inputs = [...dialog.querySelectorAll('[name="' + one.name + '"]')];
    if (one.type === 'check') values[one.name] = inputs[0].checked;
    else if (one.type === 'checks') values[one.name] = inputs.filter((input) => input.checked).map((input) => input.value);
    else if (one.type === 'pairs') {
      values[one.name] = Object.fromEntries(inputs
        .filter((input) => (one.changed ? input.value !== input.dataset.was : input.value.trim() !== ''))
        .map((input) => [input.dataset.key, one.number ? Number(input.value) : input.value.trim()]));
    } else if (one.type === 'number') values[one.name] = inputs[0].value === '' ? null : Number(inputs[0].value);
    else values[one.name] = inputs[0].value.trim();
  }
  return values;
}

async function preview(mine) {
  const sequence = ++mine.sequence;
  // Not before there is an answer: a slow broker would never be waited for.
  mine.again = false;
  const confirm = dialog.querySelector('#confirm');
  confirm.disabled = true;
  mine.given = given(mine);
  try {
    const { definition } = mine;
    mine.body = definition.body ? definition.body(mine.given) : undefined;
    const more = definition.preview ? definition.preview(mine.given, mine.body) : { ...mine.given, ...mine.body };
    delete more.slots;
    const asked = { ...mine.values, ...more, action: mine.action };
    if (asked.range_list) delete asked.slot_number;
    const reply = await call('POST', '/preview', asked);
    if (open !== mine || sequence !== mine.sequence) return;
    mine.again = reply.changes.length === 0;
    showPreview(reply);
    retype(mine);
  } catch (e) {
    if (open !== mine || sequence !== mine.sequence) return;
    mine.again = true;
    dialog.querySelector('#preview').className = 'preview warning';
    show(dialog.querySelector('#preview'), h('b', {}, 'That is not possible now'), h('p', {}, e.message));
  }
}

function showPreview(reply) {
  const box = dialog.querySelector('#preview');
  box.className = 'preview busy';
  const byPair = new Map();
  for (const move of reply.moves) {
    const pair = move.source + ' → ' + move.destination;
    byPair.set(pair, (byPair.get(pair) ?? 0) + move.slots);
  }
  show(box, h('b', {}, reply.changes.length === 0 ? 'Nothing would change' : 'What will happen'),
    h('ul', {}, reply.changes.map((change) => h('li', {}, change)),
      reply.slots === 0 ? null : h('li', {}, reply.keys === undefined ? 'How many keys that is is not known: not all proxies tell their figures.'
        : 'About ' + count(num(reply.keys), 'key') + ', ' + bytes(reply.bytes) + ' of memory. How long that takes is known when it runs.')),
    byPair.size === 0 ? null : h('ul', { class: 'mono' }, [...byPair].slice(0, 24).map(([pair, slots]) => h('li', {}, pair + ': ' + count(slots, 'slot'))),
      byPair.size > 24 ? h('li', {}, 'and ' + (byPair.size - 24) + ' more') : null));
}

// What cannot be undone has to be typed.
function retype(mine) {
  const wanted = mine.definition.type?.(mine.given) ?? null;
  const box = dialog.querySelector('#retype');
  const confirm = dialog.querySelector('#confirm');
  if (wanted === null) {
    box.replaceChildren();
    confirm.disabled = false;
    return;
  }
  if (box.childNodes.length === 0) {
    box.append(h('label', {}, 'Type ' + wanted + ' to confirm', h('input', { id: 'typed', autocomplete: 'off', spellcheck: 'false' })));
    box.addEventListener('input', (event) => {
      event.stopPropagation();
      confirm.disabled = dialog.querySelector('#typed').value !== mine.definition.type(mine.given);
    });
  }
  confirm.disabled = dialog.querySelector('#typed').value !== wanted;
}

async function run(mine) {
  const confirm = dialog.querySelector('#confirm');
  if (confirm.disabled) return;
  confirm.disabled = true;
  const box = dialog.querySelector('#progress');
  show(box, h('p', {}, mine.definition.waits ?? 'Working…'), h('progress', { 'aria-label': 'working' }));
  try {
    const reply = await mine.definition.run(mine.given, mine.body);
    mine.changed();
    say(mine.definition.title(mine.given) + ': done');
    if (open !== mine) return;
    mine.definition.after?.(mine.given);
    if (mine.definition.done) {
      show(box, h('p', { role: 'status' }, mine.definition.done(reply)));
      closeable();
    } else if (mine.definition.follow) {
      mine.step = 'follow';
      closeable();
      show(box, h('p', {}, 'Accepted.'));
    } else {
      dialog.close();
    }
  } catch (e) {
    mine.changed();
    if (open !== mine) return;
    show(box, h('p', { class: 'error', role: 'alert' }, e.message));
    confirm.disabled = false;
  }
}

function closeable() {
  dialog.querySelector('#confirm').hidden = true;
  const close = dialog.querySelector('[data-close]');
  close.textContent = 'Close';
  close.focus();
}

// How an action goes on, as long as its dialog is open. What changes nothing now may be possible a moment later, when a replica is in sync.
export function follow(state) {
  if (open?.step === 'ask' && open.again) preview(open);
  if (open?.step !== 'follow') return;
  const cluster = state.clusters.find((one) => one.name === open.values.cluster);
  const box = dialog.querySelector('#progress');
  if (!cluster || !box) return;
  const left = cluster.moves_running + cluster.moves_waiting;
  open.most = Math.max(open.most ?? 0, cluster.slots_moving);
  if (left === 0) {
    show(box, h('p', { role: 'status', id: 'followed' }, 'Done: nothing moves any more.'));
    return;
  }
  show(box,
    h('p', {}, count(cluster.slots_moving, 'slot') + ' to go in ' + count(left, 'move')
      + (cluster.eta_ms === null || cluster.eta_ms === undefined ? '' : ', about ' + Math.max(1, Math.round(cluster.eta_ms / 1000)) + ' s')),
    h('progress', { max: open.most, value: open.most - cluster.slots_moving, 'aria-label': 'slots moved' }),
    open.action === 'abort' ? null : h('div', { class: 'buttons' }, act(state, 'abort', { cluster: cluster.name })));
}

export function say(text) {
  document.getElementById('said').textContent = text;
}

function masterNodes(context) {
  return (context?.proxies ?? []).flatMap((proxy) => proxy.nodes.filter((node) => node.role === 'master').map((node) => ({ ...node, proxy: proxy.proxy_address })));
}

function rangeList(text) {
  return text.split(',').map((part) => {
    const [start, end] = part.split('-').map((number) => Number(number.trim()));
    return [start, end ?? start];
  });
}
