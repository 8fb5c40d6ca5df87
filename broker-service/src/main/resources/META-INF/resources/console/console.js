// The page: asks the broker for its state again and again, each time as soon as there is something new, and shows it.

import { h, show } from './dom.js';
import { enc, get, Refused, signIn, signInByBrowser, signOut } from './api.js';
import { follow, listen, say } from './actions.js';
import { overviewPage } from './overview.js';
import { auditPage, hostsPage, proxiesPage } from './tables.js';
import { clusterPage, drawMap } from './cluster.js';
import { fillKeys, forgetKeys, keysPage, listenForKeys } from './keys.js';
import { listenForUsage } from './usage.js';
import { seconds } from './format.js';

const main = document.getElementById('main');
const banner = document.getElementById('banner');
const who = document.getElementById('who');

const WAIT_SECONDS = 20;
const HISTORY_MILLIS = 5000;

let state = null;
let revision = 0;
let waiting = null;
let lostSince = null;
let isSignedOut = false;
let minutes = 60;
let filter = '';
let data = {};
let worst = null;

function page() {
  const [, name, subject] = location.hash.split('/');
  return { name: name ?? '', subject: subject === undefined ? undefined : decodeURIComponent(subject) };
}

// Has the broker asked at once, not when it has something new.
function refresh() {
  revision = 0;
  waiting?.abort();
}

async function live() {
  for (;;) {
    if (isSignedOut || document.hidden) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    waiting = new AbortController();
    const limit = setTimeout(() => waiting.abort(), (WAIT_SECONDS + 5) * 1000);
    try {
      const asked = revision;
      state = await get('/overview?seen=' + asked + '&timeout=' + WAIT_SECONDS, waiting.signal);
      revision = state.revision;
      lostSince = null;
      await render();
    } catch (e) {
      if (e instanceof Refused && e.status === 401) {
        login(sessionStorage.length > 0 ? e.message : null);
      } else if (e.name !== 'AbortError') {
        lostSince ??= Date.now();
        lost(e);
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    } finally {
      clearTimeout(limit);
    }
  }
}

function lost(e) {
  show(banner, 'This broker does not answer' + (Date.now() - lostSince > 2000 ? ' for ' + seconds((Date.now() - lostSince) / 1000) : '')
    + ': ' + (e instanceof Refused ? e.message : 'no connection') + '. Clusters go on without it. What is shown is old; it is tried again every second.');
  header();
}

function login(message) {
  isSignedOut = true;
  forgetKeys();
  state = null;
  show(who);
  main.replaceChildren(h('form', { class: 'login', id: 'login' }, h('h1', {}, 'Sign in'),
    message ? h('p', { class: 'error', role: 'alert' }, 'That did not work: ' + message) : h('p', { class: 'quiet' }, 'This broker has accounts.'),
    h('label', {}, 'Token of an account', h('small', {}, 'kept for this tab only'), h('input', { type: 'password', id: 'token', autocomplete: 'off', required: true })),
    h('div', { class: 'buttons' }, h('button', { class: 'main' }, 'Sign in'),
      h('button', { type: 'button', id: 'by-browser' }, 'Use the certificate or password of the browser'))));
  document.getElementById('login').addEventListener('submit', (event) => {
    event.preventDefault();
    signOut();
    signIn(document.getElementById('token').value.trim());
    signedIn();
  });
  document.getElementById('by-browser').addEventListener('click', () => {
    signOut();
    signInByBrowser();
    signedIn();
  });
  document.getElementById('token').focus();
}

function signedIn() {
  main.replaceChildren(h('p', { class: 'quiet' }, 'Asking the broker…'));
  isSignedOut = false;
  revision = 0;
}

function header() {
  for (const link of document.querySelectorAll('nav a')) {
    const isCurrent = link.getAttribute('href').slice(2) === page().name;
    if (isCurrent) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (!state) return;
  show(who,
    h('span', { class: lostSince ? 'live lost' : 'live', id: 'live' }, lostSince ? 'not live' : 'live'),
    h('span', { id: 'role' }, (state.caller.name ? state.caller.name + ', ' : '') + (state.caller.name ? state.caller.role : 'no accounts: everybody may do everything')),
    h('span', {}, 'version ' + state.version),
    h('a', { href: '/q/swagger-ui' }, 'API'),
    state.caller.name ? h('button', { type: 'button', id: 'sign-out' }, 'Sign out') : null);
}

async function load(now) {
  if (now.name === 'clusters') {
    const path = '/overview/clusters/' + enc(now.subject);
    const isNew = data.of !== now.subject || data.minutes !== minutes;
    if (isNew) data = { of: now.subject, minutes, at: 0 };
    data.details = await get(path);
    if (Date.now() - data.at > HISTORY_MILLIS) {
      data.history = await get(path + '/history?minutes=' + minutes);
      data.at = Date.now();
    }
  } else if (now.name === 'proxies') {
    data = { proxies: await get('/overview/proxies') };
  } else if (now.name === 'audit') {
    if (data.epoch !== state.epoch) data = { epoch: state.epoch, audit: await get('/audit?limit=200') };
  }
}

async function render() {
  const now = page();
  let content;
  try {
    await load(now);
    if (now.name === 'clusters') content = clusterPage(state, data.details, data.history, minutes);
    else if (now.name === 'keys') content = keysPage(state, now.subject);
    else if (now.name === 'hosts') content = hostsPage(state);
    else if (now.name === 'proxies') content = proxiesPage(state, data.proxies, filter);
    else if (now.name === 'audit') content = auditPage(data.audit);
    else content = overviewPage(state);
  } catch (e) {
    if (!(e instanceof Refused) || e.status === 401) throw e;
    content = [h('h1', {}, 'Not there'), h('p', {}, e.message), h('p', {}, h('a', { href: '#/' }, 'To the overview'))];
  }
  if (page().name !== now.name || page().subject !== now.subject) return;
  show(banner);
  show(main, h('div', { id: 'page-' + now.name + '-' + (now.subject ?? '') }, content));
  if (now.name === 'keys') fillKeys();
  const map = document.getElementById('map');
  if (map && data.details) drawMap(map, data.details);
  document.title = (state.attention.state === 'critical' ? '● ' : '') + (now.subject ? now.subject + ' · ' : '') + 'Undermoon';
  header();
  follow(state);
  if (worst !== null && worst !== state.attention.message) say(state.attention.message);
  worst = state.attention.message;
}

window.addEventListener('hashchange', () => {
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  if (state && !isSignedOut) render().catch(() => refresh());
});

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-minutes]')) {
    minutes = Number(event.target.value);
    render().catch(() => refresh());
  }
});

document.addEventListener('input', (event) => {
  if (event.target.matches('[data-filter]')) {
    filter = event.target.value;
    if (data.proxies) show(main, h('div', { id: 'page-proxies-' }, proxiesPage(state, data.proxies, filter)));
  }
});

document.addEventListener('click', (event) => {
  if (event.target.id === 'sign-out') {
    signOut();
    waiting?.abort();
    login(null);
  }
});

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refresh();
});

async function redraw() {
  if (state && !isSignedOut) await render().catch(() => refresh());
}

listen(refresh);
listenForKeys(redraw);
listenForUsage(redraw);
header();
live();
