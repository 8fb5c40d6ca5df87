// The first screen: four answers, what needs somebody, and the clusters.

import { h } from './dom.js';
import { act } from './actions.js';
import { bytes, count, micros, num, seconds } from './format.js';

const WORDS = { ok: 'ok', busy: 'busy', warning: 'warning', critical: 'urgent', unknown: 'not known', notice: 'notice' };
const SLOTS = 16384;

export function badge(tone, text = WORDS[tone]) {
  return h('span', { class: 'badge ' + tone }, text);
}

function verdict(id, question, answer) {
  return h('section', { class: 'verdict ' + answer.state, id, 'aria-label': question },
    h('h3', {}, question, ' ', badge(answer.state)),
    h('p', {}, answer.message));
}

export function problems(state, of) {
  const shown = of === undefined ? state.problems : state.problems.filter((problem) => problem.cluster === of);
  if (shown.length === 0) return h('p', { class: 'quiet', id: 'problems' }, 'Nothing.');
  return h('ul', { class: 'problems', id: 'problems' },
    shown.map((problem) => h('li', {
      class: 'problem ' + problem.severity, id: 'p-' + problem.kind + '-' + problem.cluster + '-' + problem.subject,
      'data-kind': problem.kind, 'data-subject': problem.subject,
    },
    h('div', {}, badge(problem.severity), ' ', h('strong', {}, problem.what),
      problem.for_seconds >= 1 ? h('span', { class: 'quiet' }, ' · for ' + seconds(problem.for_seconds)) : null,
      problem.cluster && of === undefined ? [' · ', clusterLink(problem.cluster)] : null),
    h('p', {}, problem.means),
    h('p', { class: 'quiet' }, 'What to do: ' + problem.todo),
    h('div', { class: 'buttons' },
      problem.remedies.map((remedy) => remedyButton(state, problem, remedy))))),
    of === undefined && state.problems_left_out > 0 ? h('li', { class: 'quiet' }, 'And ' + state.problems_left_out + ' more.') : null);
}

function remedyButton(state, problem, remedy) {
  const ofProxy = ['failover', 'remove_proxy', 'maintenance', 'end_maintenance'].includes(remedy.action);
  const values = remedy.action === 'switchover' ? { cluster: problem.cluster, node: remedy.subject }
    : ofProxy ? { proxy: remedy.subject } : { cluster: remedy.subject };
  return act(state, remedy.action, values);
}

export function clusterLink(name) {
  return h('a', { href: '#/clusters/' + encodeURIComponent(name) }, name);
}

export function served(cluster) {
  const health = cluster.health;
  if (health.slots_not_served > 0) return badge('critical', health.slots_not_served + ' slots not served');
  if (health.slots_unknown > 0) return badge('unknown');
  return health.slots_changing > 0 ? badge('busy', 'roles change') : badge('ok', 'all ' + SLOTS + ' slots');
}

export function copied(cluster) {
  const health = cluster.health;
  if (health.masters_without_copy > 0) return badge('warning', health.masters_without_copy + ' of ' + health.masters + ' without');
  return health.masters_unknown > 0 ? badge('unknown') : badge('ok', 'all ' + health.masters);
}

export function moving(cluster) {
  const moves = cluster.moves_running + cluster.moves_waiting;
  if (moves === 0) return h('span', { class: 'quiet' }, 'nothing');
  return [badge('busy', cluster.slots_moving + ' slots'), ' ',
    cluster.eta_ms === null || cluster.eta_ms === undefined ? count(moves, 'move') : 'about ' + seconds(cluster.eta_ms / 1000)];
}

export function memory(figures) {
  if (figures.used_memory === null || !figures.max_memory) return bytes(figures.used_memory);
  const part = figures.used_memory / figures.max_memory;
  return [bytes(figures.used_memory), ' ', h('meter', {
    min: 0, max: 1, high: 0.9, value: part.toFixed(3), 'aria-label': Math.round(part * 100) + ' % of maxmemory',
  })];
}

export function overviewPage(state) {
  const known = (figures) => figures.proxies_known < figures.proxies && figures.proxies_known > 0 ? '≥ ' : '';
  return [
    h('h1', { class: 'unseen' }, 'Overview'),
    h('div', { class: 'verdicts' },
      verdict('serving', 'Does everything serve?', state.serving),
      verdict('copies', 'Are all copies safe?', state.copies),
      verdict('moving', 'What is moving?', state.moving),
      verdict('attention', 'What needs you?', state.attention)),
    state.problems.length === 0 ? null : [h('h2', {}, 'What needs somebody'), problems(state)],
    h('h2', {}, 'Clusters', h('small', {}, count(state.clusters.length, 'cluster')),
      h('div', { class: 'buttons' }, act(state, 'create', {}))),
    state.clusters.length === 0 ? h('p', { class: 'quiet' }, 'There is none yet; ' + count(state.proxies.free_proxies, 'proxy is', 'proxies are') + ' free.')
      : h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Clusters' }, h('table', { id: 'clusters' },
        h('thead', {}, h('tr', {}, h('th', {}, 'Cluster'), h('th', {}, 'Served'), h('th', {}, 'Copies'), h('th', {}, 'Moving'),
          h('th', { class: 'num' }, 'Nodes'), h('th', { class: 'num' }, 'Commands/s'), h('th', { class: 'num' }, 'Time each'),
          h('th', { class: 'num' }, 'Memory'), h('th', { class: 'num' }, 'Keys'), h('th', { class: 'num' }, 'Lag'), h('th', { class: 'num' }, 'Clients'))),
        h('tbody', {}, state.clusters.map((cluster) => h('tr', { id: 'c-' + cluster.name },
          h('td', {}, h('strong', {}, clusterLink(cluster.name))),
          h('td', {}, served(cluster)), h('td', {}, copied(cluster)), h('td', {}, moving(cluster)),
          h('td', { class: 'num' }, cluster.node_number_with_slots === cluster.node_number ? cluster.node_number
            : cluster.node_number_with_slots + ' of ' + cluster.node_number),
          h('td', { class: 'num' }, known(cluster.figures) + num(cluster.figures.ops_per_second)),
          h('td', { class: 'num' }, micros(cluster.figures.call_micros)),
          h('td', { class: 'num' }, known(cluster.figures), memory(cluster.figures)),
          h('td', { class: 'num' }, known(cluster.figures) + num(cluster.figures.keys)),
          h('td', { class: 'num' }, bytes(cluster.figures.lag_bytes)),
          h('td', { class: 'num' }, known(cluster.figures) + num(cluster.figures.clients))))))),
    h('h2', {}, 'Machines'),
    h('p', { class: 'facts', id: 'counts' },
      h('span', {}, h('b', {}, state.proxies.total), ' proxies: ', h('b', {}, state.proxies.used), ' in clusters, ', h('b', {}, state.proxies.free_proxies), ' free'),
      state.proxies.silent > 0 ? h('span', {}, badge('warning', state.proxies.silent + ' not answering')) : null,
      state.proxies.failed > 0 ? h('span', {}, h('b', {}, state.proxies.failed), ' given up') : null,
      h('span', {}, h('b', {}, state.hosts.length), ' ', h('a', { href: '#/hosts' }, 'hosts')),
      h('span', {}, h('b', {}, state.coordinators.alive), ' coordinators, ', h('b', {}, state.coordinators.quorum), ' make a failure'),
      h('span', {}, 'epoch ', h('b', {}, state.epoch)),
      h('span', {}, 'storage ', badge(state.storage.state === 'ok' ? 'ok' : 'critical', state.storage.state))),
  ];
}
