import { LitElement, html, css } from 'lit';
import { JsonRpc } from 'jsonrpc';
import '@vaadin/button';
import '@vaadin/integer-field';

/** The cluster of dev mode: its nodes and services, and what can be done with them. */
export class QwcUndermoonCluster extends LitElement {
    static styles = css`
        :host { display: flex; flex-direction: column; gap: 1em; padding: 1em; overflow: auto; }
        table { border-collapse: collapse; }
        th, td { text-align: left; padding: 0.3em 1em 0.3em 0; }
        pre { background: var(--lumo-contrast-5pct); padding: 1em; overflow: auto; max-height: 30em; }
        .ended, .problem { color: var(--lumo-error-text-color); }
        .actions { display: flex; gap: 1em; align-items: baseline; }
    `;

    static properties = {
        _topology: { state: true },
        _log: { state: true },
        _problem: { state: true },
        _nodes: { state: true },
    };

    jsonRpc = new JsonRpc(this);

    connectedCallback() {
        super.connectedCallback();
        this._refresh();
        this._timer = setInterval(() => this._refresh(), 1000);
    }

    disconnectedCallback() {
        clearInterval(this._timer);
        super.disconnectedCallback();
    }

    render() {
        if (!this._topology) {
            return html`<p class="problem">${this._problem}</p>`;
        }
        const cluster = JSON.parse(this._topology.cluster).cluster;
        return html`
            <div class="actions">
                <vaadin-integer-field label="Nodes" step="4" min="4" step-buttons-visible
                    value="${this._nodes ?? cluster.nodes.length}"
                    @change="${(event) => { this._nodes = event.target.value; }}"></vaadin-integer-field>
                <vaadin-button id="scale" @click="${() => this._do('scale', { nodes: String(this._nodes) })}">
                    Scale</vaadin-button>
                <vaadin-button id="restart" @click="${() => this._do('restart', {})}">
                    Start what has ended</vaadin-button>
                <span>Broker: <a href="http://${this._topology.broker}/q/swagger-ui">${this._topology.broker}</a></span>
            </div>
            <p class="problem">${this._problem}</p>
            <table>
                <tr><th>Node</th><th>Proxy</th><th>Role</th><th>Slots</th></tr>
                ${cluster.nodes.map((node) => html`
                    <tr>
                        <td>${node.address}</td><td>${node.proxy_address}</td><td>${node.repl.role}</td>
                        <td>${node.slots.flatMap((slots) => slots.range_list).map((range) => range.join('-')).join(', ')}</td>
                    </tr>`)}
            </table>
            <table>
                <tr><th>Service</th><th>Process</th><th></th></tr>
                ${Object.entries(this._topology.processes).map(([service, pid]) => html`
                    <tr>
                        <td>${service}</td>
                        <td>${pid > 0 ? pid : html`<span class="ended">has ended</span>`}</td>
                        <td>
                            <vaadin-button theme="small" @click="${() => this._showLog(service)}">Log</vaadin-button>
                            <vaadin-button theme="small error" ?disabled="${pid === 0}"
                                @click="${() => this._do('kill', { service })}">Kill</vaadin-button>
                        </td>
                    </tr>`)}
            </table>
            ${this._log ? html`<pre>${this._log}</pre>` : ''}
        `;
    }

    _refresh() {
        this.jsonRpc.topology()
            .then((reply) => { this._topology = reply.result; })
            .catch((reply) => { this._fail(reply); });
    }

    _showLog(service) {
        this.jsonRpc.log({ service })
            .then((reply) => { this._log = reply.result; })
            .catch((reply) => { this._fail(reply); });
    }

    _do(action, parameters) {
        this._problem = undefined;
        this.jsonRpc[action](parameters)
            .then(() => { this._refresh(); })
            .catch((reply) => { this._fail(reply); });
    }

    _fail(reply) {
        this._problem = reply?.error?.message ?? String(reply);
    }
}
customElements.define('qwc-undermoon-cluster', QwcUndermoonCluster);
