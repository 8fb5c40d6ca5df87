// Hot slots and keys of a cluster. The proxies are asked only while this part of the page is open.

import { h } from './dom.js';
import { call, enc, get } from './api.js';
import { may, say } from './actions.js';
import { openKey } from './keys.js';
import { table } from './tables.js';
import { bytes, count, micros, num } from './format.js';

const EVERY_MILLIS = 3000;
const SHOWN = 20;

let watched = null;
let by = 'ops_per_second';
let redraw = () => {};

export function listenForUsage(changed) {
  redraw = changed;
  document.addEventListener('toggle', (event) => {
    if (event.target.id === 'usage') watch(event.target.open ? event.target.dataset.cluster : null, event.target.dataset.keys === 'yes');
  }, true);
  document.addEventListener('change', (event) => {
    if (!event.target.matches('[data-hot-by]')) return;
    by = event.target.value;
    redraw();
  });
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-count-slots]');
    if (button && watched) countSlots(watched, button.dataset.countSlots);
  });
}

async function watch(cluster, withKeys) {
  if (cluster !== null && watched?.cluster === cluster) return;
  const mine = cluster === null ? null : { cluster, withKeys, slots: null, keys: null, error: null };
  watched = mine;
  while (mine !== null && watched === mine) {
    if (document.hidden || !document.getElementById('usage')?.open) {
      // The page shows something else, or nobody sees it.
      if (!document.hidden && !location.hash.startsWith('#/clusters/')) watched = null;
    } else {
      await ask(mine);
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MILLIS));
  }
}

async function ask(mine) {
  const path = '/overview/clusters/' + enc(mine.cluster);
  try {
    const [slots, keys] = await Promise.all([get(path + '/hot_slots'), mine.withKeys ? get(path + '/hot_keys') : null]);
    mine.slots = slots;
    mine.keys = keys;
    mine.error = null;
  } catch (e) {
    mine.error = e.message;
  }
  if (watched === mine) redraw();
}

async function countSlots(mine, counted) {
  try {
    const reply = await call('PUT', '/overview/clusters/' + enc(mine.cluster) + '/hot_slots?counted=' + counted);
    mine.error = reply.problems.length > 0 ? reply.problems.map((one) => one.proxy + ': ' + one.message).join('; ') : null;
    say(counted === 'true' ? 'Commands are counted by slot' : 'Commands are not counted by slot any more');
    await ask(mine);
  } catch (e) {
    mine.error = e.message;
    redraw();
  }
}

export function usagePart(state, cluster) {
  const mine = watched?.cluster === cluster ? watched : null;
  const withKeys = may(state) && state.caller.data_access;
  return h('details', { id: 'usage', 'data-cluster': cluster, 'data-keys': withKeys ? 'yes' : 'no' },
    h('summary', {}, h('h2', {}, 'Hot slots and keys', h('small', {}, 'the proxies are asked while this is open'))),
    mine === null ? h('p', { class: 'quiet' }, 'Asking the proxies…') : [
      mine.error ? h('p', { class: 'error', role: 'alert' }, mine.error) : null,
      mine.slots === null && !mine.error ? h('p', { class: 'quiet' }, 'Asking the proxies…') : null,
      mine.slots ? slotsPart(state, mine.slots) : null,
      withKeys ? (mine.keys ? keysPart(mine.keys, cluster) : null)
        : h('p', { class: 'quiet' }, may(state) ? 'Hot keys are not shown: console_data_access of this broker is off.'
          : 'Names of keys are data, which a viewer does not see.')]);
}

function slotsPart(state, data) {
  const rows = data.counted ? data.hottest : data.largest;
  return h('section', { id: 'hot-slots', 'aria-label': 'Hot slots' },
    h('h3', {}, data.counted ? 'Slots with most commands per second' : 'Slots with most keys'),
    data.counted ? null : h('p', { class: 'quiet' }, 'The proxies do not count commands by slot.'),
    may(state) ? h('div', { class: 'buttons' }, h('button', { type: 'button', 'data-count-slots': data.counted ? 'false' : 'true' },
      data.counted ? 'Stop counting' : 'Count commands by slot')) : null,
    problemsPart(data.problems),
    rows.length === 0 ? h('p', { class: 'quiet' }, data.counted ? 'No command came in.' : 'There are no keys.')
      : table('hot-slots-table', 'Hot slots', [['Slot', 'num'], ['Proxy'], ['Keys', 'num'], ['Commands/s', 'num'], ['Traffic/s', 'num'], ['Time each', 'num']],
        rows.map((slot) => h('tr', { id: 's-' + slot.slot }, h('td', { class: 'num' }, slot.slot), h('td', { class: 'mono' }, slot.proxy),
          h('td', { class: 'num' }, num(slot.keys)), h('td', { class: 'num' }, num(slot.ops_per_second)),
          h('td', { class: 'num' }, bytes(slot.bytes_per_second)), h('td', { class: 'num' }, micros(slot.call_micros))))));
}

function keysPart(data, cluster) {
  const rows = data.keys.filter((key) => key[by] !== null).sort((a, b) => b[by] - a[by]).slice(0, SHOWN);
  return h('section', { id: 'hot-keys', 'aria-label': 'Hot keys' },
    h('h3', {}, 'Keys by ', h('select', { 'data-hot-by': true, class: 'inline', 'aria-label': 'By what keys are hot' },
      [['ops_per_second', 'commands'], ['bytes_per_second', 'traffic']].map(([value, text]) => h('option', { value, selected: value === by }, text)))),
    h('p', { class: 'quiet' }, 'In all ' + num(data.ops_per_second) + ' commands and ' + bytes(data.bytes_per_second) + ' per second, as seen in one second.'),
    problemsPart(data.problems),
    rows.length === 0 ? h('p', { class: 'quiet' }, 'No command with a key came in.')
      : table('hot-keys-table', 'Hot keys', [['Key'], ['Slot', 'num'], ['Proxy'], ['Commands/s', 'num'], ['Share', 'num'], ['Traffic/s', 'num']],
        rows.map((key) => h('tr', {}, h('td', { class: 'mono' }, openKey(key.key, cluster)),
          h('td', { class: 'num' }, key.slot), h('td', { class: 'mono' }, key.proxy), h('td', { class: 'num' }, num(key.ops_per_second)),
          h('td', { class: 'num' }, share(key, data)), h('td', { class: 'num' }, bytes(key.bytes_per_second))))));
}

function share(key, data) {
  const total = data[by];
  return total > 0 && key[by] !== null ? ((100 * key[by]) / total).toFixed(1) + ' %' : '–';
}

function problemsPart(problems) {
  return problems.length === 0 ? null : h('p', { class: 'error' }, 'Missing, of ' + count(problems.length, 'proxy', 'proxies') + ': '
    + problems.map((one) => one.proxy + ' (' + one.message + ')').join(', '));
}
