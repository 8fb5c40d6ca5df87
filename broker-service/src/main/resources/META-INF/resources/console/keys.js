// Keys of a cluster and a command line, with the rights of one of its users. Name and password are in the memory of
// this page only: they are sent in the body of each request, and gone when the page is loaded anew or signed out.

import { h } from './dom.js';
import { call, enc } from './api.js';
import { may, say } from './actions.js';
import { table } from './tables.js';
import { bytes, num, seconds } from './format.js';

const TYPES = ['string', 'list', 'set', 'zset', 'hash', 'stream'];
const KEPT_REPLIES = 50;
const HEADS = { hash: ['Field', 'Value'], zset: ['Member', 'Score'], list: ['Index', 'Value'], stream: ['Entry', 'Fields'] };

let mine = null;
let redraw = () => {};

function fresh(cluster) {
  return { cluster, user: '', password: '', pattern: '', type: '', key: '', page: null, number: 1, value: null, asked: null, error: null, busy: null, replies: [], typed: [], at: 0 };
}

export function forgetKeys() {
  mine = null;
}

// Of another cluster nothing is kept: its users are others.
function of(cluster) {
  if (mine?.cluster !== cluster) mine = fresh(cluster);
  return mine;
}

async function ask(what, body, busy) {
  const asking = mine;
  asking.busy = busy;
  asking.error = null;
  redraw();
  const login = { ...(asking.user ? { user: asking.user } : {}), ...(asking.password ? { password: asking.password } : {}) };
  try {
    return await call('POST', '/clusters/keys/' + what + '/' + enc(asking.cluster), { ...login, ...body });
  } catch (e) {
    asking.error = e.message;
    return null;
  } finally {
    asking.busy = null;
  }
}

async function list(cursor) {
  const asking = mine;
  if (!cursor) asking.page = null;
  const page = await ask('scan', { pattern: asking.pattern, ...(asking.type ? { type: asking.type } : {}), ...(cursor ? { cursor } : {}) }, 'Listing keys…');
  if (mine !== asking) return;
  if (page) {
    asking.page = page;
    asking.number = cursor ? asking.number + 1 : 1;
    say(page.keys.length + ' keys');
  }
  redraw();
}

async function look(key) {
  const asking = mine;
  const value = await ask('look', { key }, 'Reading…');
  if (mine !== asking) return;
  asking.asked = null;
  if (value) asking.value = value;
  redraw();
  if (value) document.getElementById('key-value')?.scrollIntoView({ block: 'nearest' });
}

async function change(what, body, done) {
  const asking = mine;
  const reply = await ask(what, body, 'Working…');
  if (mine !== asking) return;
  if (!reply) {
    redraw();
    return;
  }
  asking.asked = null;
  say(reply.changed ? done : 'Nothing was changed: there is no such key any more');
  if (what === 'delete') {
    asking.value = null;
    if (asking.page) asking.page.keys = asking.page.keys.filter((one) => one.key !== body.key);
    redraw();
    document.getElementById('pattern')?.focus();
  } else {
    await look(body.key);
  }
}

async function run(line) {
  const asking = mine;
  asking.typed.push(line);
  asking.at = asking.typed.length;
  const reply = await ask('command', { line }, 'Waiting for the reply…');
  if (mine !== asking) return;
  const text = reply ? reply.reply : '(refused) ' + asking.error;
  asking.error = null;
  asking.replies.push({ line, text: text + (reply?.truncated ? '\n… the rest is not shown' : ''), proxy: reply?.proxy ?? null });
  asking.replies = asking.replies.slice(-KEPT_REPLIES);
  redraw();
  const log = document.getElementById('replies');
  if (log) log.scrollTop = log.scrollHeight;
}

const SUBMITS = {
  'list-keys': () => list(null),
  'read-key': () => look(mine.key),
  'ttl-form': (form) => {
    const wanted = form.querySelector('#ttl').value.trim();
    change('expire', { key: mine.value.key, ...(wanted === '' ? {} : { ttl_ms: Math.round(Number(wanted) * 1000) }) }, 'Set');
  },
  'command-line': (form) => {
    const input = form.querySelector('#command');
    const line = input.value.trim();
    input.value = '';
    if (line) run(line);
  },
};

const CLICKS = {
  'next-keys': () => list(mine.page.cursor),
  'first-keys': () => list(null),
  'ask-delete': () => askFor('delete', '#delete-key'),
  'ask-ttl': () => askFor('ttl', '#ttl'),
  'keep-key': () => askFor(null, '#ask-delete'),
  'delete-key': () => change('delete', { key: mine.value.key }, 'Deleted'),
};

async function askFor(what, focus) {
  mine.asked = what;
  await redraw();
  document.querySelector(focus)?.focus();
}

export function listenForKeys(changed) {
  redraw = changed;
  document.addEventListener('submit', (event) => {
    const submit = SUBMITS[event.target.id];
    if (!submit || mine === null) return;
    event.preventDefault();
    if (!mine.busy) submit(event.target);
  });
  document.addEventListener('click', (event) => {
    const opened = event.target.closest('button[data-open-key]');
    if (opened) {
      of(opened.dataset.cluster).key = opened.dataset.openKey;
      location.hash = '#/keys/' + enc(opened.dataset.cluster);
      look(opened.dataset.openKey);
      return;
    }
    const click = CLICKS[event.target.id];
    if (click && mine !== null && !mine.busy) click();
  });
  document.addEventListener('input', (event) => {
    const name = event.target.dataset?.keysField;
    if (name && mine !== null) mine[name] = event.target.value;
  });
  document.addEventListener('keydown', (event) => {
    if (event.target.id !== 'command' || mine === null || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    mine.at = Math.max(0, Math.min(mine.typed.length, mine.at + (event.key === 'ArrowUp' ? -1 : 1)));
    event.target.value = mine.typed[mine.at] ?? '';
    event.preventDefault();
  });
}

// What was typed before the page was shown last; a password is in no attribute.
export function fillKeys() {
  for (const input of document.querySelectorAll('[data-keys-field]')) {
    const known = mine?.[input.dataset.keysField] ?? '';
    if (input.value !== known) input.value = known;
  }
}

export function keysPage(state, cluster) {
  const page = [h('h1', {}, 'Keys of ', h('a', { href: '#/clusters/' + enc(cluster) }, cluster))];
  if (!may(state)) return [...page, h('p', {}, 'Keys are data, which a viewer does not see.')];
  if (!state.caller.data_access) {
    return [...page, h('p', {}, 'This broker shows no data: console_data_access is off. Others can call it without an account.')];
  }
  of(cluster);
  return [...page,
    h('form', { id: 'list-keys', class: 'fields', autocomplete: 'off' },
      field('User of the cluster', 'none: as clients that do not log in', { id: 'data-user', 'data-keys-field': 'user', autocomplete: 'off', spellcheck: 'false' }),
      field('Password', 'kept by this page alone', { id: 'data-password', type: 'password', 'data-keys-field': 'password', autocomplete: 'off' }),
      field('Pattern', 'such as order:*', { id: 'pattern', 'data-keys-field': 'pattern', spellcheck: 'false' }),
      h('label', {}, 'Type', h('small', {}, 'of the keys'), h('select', { id: 'type', 'data-keys-field': 'type' }, h('option', { value: '' }, 'any'), TYPES.map((type) => h('option', { value: type }, type)))),
      h('div', { class: 'buttons' }, h('button', { class: 'main' }, 'List keys'))),
    h('form', { id: 'read-key', class: 'fields', autocomplete: 'off' },
      field('Key', 'to go to one at once', { id: 'key', 'data-keys-field': 'key', autocomplete: 'off', spellcheck: 'false', required: true }),
      h('div', { class: 'buttons' }, h('button', {}, 'Show'))),
    h('div', { id: 'keys-said', role: 'status' }, mine.busy ? h('p', { class: 'quiet' }, mine.busy) : null),
    mine.error ? h('p', { class: 'error', role: 'alert', id: 'keys-error' }, mine.error) : null,
    mine.page ? listPart(mine) : null,
    mine.value ? valuePart(mine) : null,
    state.caller.role === 'admin' ? commandPart(mine) : h('p', { class: 'quiet' }, 'The command line is for admins.')];
}

function field(label, hint, attributes) {
  return h('label', {}, label, h('small', {}, hint), h('input', attributes));
}

function listPart({ page, number, cluster }) {
  return h('section', { id: 'key-list', 'aria-label': 'Keys' },
    h('h2', {}, 'Keys', h('small', {}, page.keys.length + ' on page ' + number + (page.cursor ? '; there are more to look at' : '; the last page')),
      h('div', { class: 'buttons' }, number > 1 ? h('button', { type: 'button', id: 'first-keys' }, 'First page') : null,
        page.cursor ? h('button', { type: 'button', id: 'next-keys' }, 'Next page') : null)),
    page.keys.length === 0 ? h('p', { class: 'quiet' }, page.cursor ? 'None so far; the next page looks on.' : 'None.')
      : table('keys', 'Keys', [['Key'], ['Type'], ['Expires in'], ['Slot', 'num'], ['Proxy']],
        page.keys.map((one) => h('tr', {}, h('td', { class: 'mono' }, openKey(one.key, cluster)),
          h('td', {}, one.type ?? '–'), h('td', {}, expiry(one.ttl_ms)), h('td', { class: 'num' }, one.slot), h('td', { class: 'mono' }, one.proxy)))));
}

export function openKey(key, cluster) {
  return h('button', { type: 'button', class: 'key', 'data-open-key': key, 'data-cluster': cluster }, key === '' ? '(the empty key)' : key);
}

function expiry(millis) {
  return millis === null || millis === undefined ? '' : millis < 10000 ? (millis / 1000).toFixed(1) + ' s' : seconds(millis / 1000);
}

function valuePart({ value, asked }) {
  if (value.type === 'none') {
    return h('section', { id: 'key-value', 'aria-label': 'Value' }, h('h2', {}, h('span', { class: 'mono' }, value.key)), h('p', {}, 'There is no such key.'));
  }
  const heads = HEADS[value.type];
  return h('section', { id: 'key-value', 'aria-label': 'Value' },
    h('h2', {}, h('span', { class: 'mono' }, value.key), asked ? null : h('div', { class: 'buttons' },
      h('button', { type: 'button', id: 'ask-ttl' }, 'Change expiry'), h('button', { type: 'button', class: 'danger', id: 'ask-delete' }, 'Delete'))),
    asked === 'delete' ? h('div', { class: 'preview critical', role: 'alertdialog', 'aria-label': 'Delete this key?' },
      h('p', {}, 'Delete this key with its value? That cannot be undone.'),
      h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'main danger', id: 'delete-key' }, 'Delete'), h('button', { type: 'button', id: 'keep-key' }, 'Keep it'))) : null,
    asked === 'ttl' ? h('form', { id: 'ttl-form', class: 'fields' },
      field('Expires in, in seconds', 'nothing: never', { id: 'ttl', type: 'number', min: '0.001', step: 'any' }),
      h('div', { class: 'buttons' }, h('button', { class: 'main' }, 'Set'), h('button', { type: 'button', id: 'keep-key' }, 'Leave it'))) : null,
    h('p', { class: 'facts' }, fact('type', value.type), fact('expires in', expiry(value.ttl_ms) || 'never'),
      fact(value.type === 'string' ? 'bytes' : 'elements', num(value.length)), fact('memory', bytes(value.memory_bytes)),
      fact('encoding', value.encoding ?? '–'), fact('slot', value.slot), fact('proxy', value.proxy)),
    value.problem ? h('p', { class: 'error' }, 'The value is not shown: ' + value.problem) : null,
    value.elements.length === 0 ? null : value.type === 'string' ? h('pre', { class: 'value', tabindex: 0, 'aria-label': 'Value' }, value.elements[0].value)
      : table('elements', 'Elements', (heads ?? ['Member']).map((head) => [head]), value.elements.map((one) => h('tr', {},
        heads ? h('td', { class: 'value' }, one.name) : null, h('td', { class: 'value' }, one.value)))),
    value.truncated && !value.problem ? h('p', { class: 'quiet' }, 'There is more than is shown.') : null);
}

function fact(name, value) {
  return h('span', {}, name + ' ', h('b', {}, value));
}

function commandPart({ replies }) {
  return h('section', { id: 'commands', 'aria-label': 'Command line' },
    h('h2', {}, 'Command line', h('small', {}, 'with the rights of the user above; each command on a connection of its own')),
    h('div', { id: 'replies', class: 'replies', role: 'log', tabindex: 0, 'aria-label': 'Replies' }, replies.map((one) => [
      h('div', { class: 'typed' }, '> ' + one.line, one.proxy ? h('small', {}, one.proxy) : null), h('pre', {}, one.text)])),
    h('form', { id: 'command-line', class: 'fields', autocomplete: 'off' },
      h('label', { class: 'wide' }, h('span', { class: 'unseen' }, 'Command'), h('input', { id: 'command', class: 'mono', placeholder: 'GET order:7', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' })),
      h('div', { class: 'buttons' }, h('button', { class: 'main' }, 'Run'))));
}
