{{- define "undermoon.name" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels of an object; (list $ "broker"). */}}
{{- define "undermoon.labels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: undermoon
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ $root.Chart.Name }}-{{ $root.Chart.Version }}
{{- end -}}

{{- define "undermoon.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: undermoon
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* The image of a service; (list $ "broker-service"). */}}
{{- define "undermoon.image" -}}
{{- $root := index . 0 -}}
{{ $root.Values.image.registry }}/{{ index . 1 }}:{{ default $root.Chart.AppVersion $root.Values.image.tag }}
{{- end -}}

{{- define "undermoon.brokerSecret" -}}
{{- default (printf "%s-broker-access" (include "undermoon.name" .)) .Values.auth.brokerSecret -}}
{{- end -}}

{{- define "undermoon.proxySecret" -}}
{{- default (printf "%s-proxy" (include "undermoon.name" .)) .Values.auth.secret -}}
{{- end -}}

{{/* Where coordinators and proxies find the brokers, one after the other. */}}
{{- define "undermoon.brokerAddresses" -}}
{{- $name := include "undermoon.name" . -}}
{{- $addresses := list -}}
{{- range until (int .Values.brokers.replicas) -}}
{{- $addresses = append $addresses (printf "%s-broker-%d.%s-brokers:7799" $name . $name) -}}
{{- end -}}
{{- join "," $addresses -}}
{{- end -}}

{{/* Names are looked up again when a pod has come back with another address. */}}
{{- define "undermoon.javaOptions" -}}
- name: JAVA_TOOL_OPTIONS
  value: -Dsun.net.inetaddr.ttl=2 -Dsun.net.inetaddr.negative.ttl=1
{{- end -}}

{{/* What the Pod Security Standard "restricted" wants of a container. */}}
{{- define "undermoon.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "undermoon.podSecurity" -}}
runAsNonRoot: true
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "undermoon.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Over zones and machines, as far as there are several; (list $ "broker"). */}}
{{- define "undermoon.spread" -}}
{{- range (list "topology.kubernetes.io/zone" "kubernetes.io/hostname") }}
- topologyKey: {{ . }}
  maxSkew: 1
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "undermoon.selector" $ | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "undermoon.probes" -}}
startupProbe:
  httpGet: {path: /q/health/started, port: http}
  periodSeconds: 1
  timeoutSeconds: 3
  failureThreshold: 120
livenessProbe:
  httpGet: {path: /q/health/live, port: http}
  timeoutSeconds: 3
{{- end -}}

{{- define "undermoon.controlSecret" -}}
- name: UNDERMOON_CONTROL_SECRET
  valueFrom:
    secretKeyRef: {name: {{ include "undermoon.proxySecret" . }}, key: control-secret}
{{- end -}}

{{- define "undermoon.brokerToken" -}}
- name: UNDERMOON_BROKER_TOKEN
  valueFrom:
    secretKeyRef: {name: {{ include "undermoon.brokerSecret" . }}, key: token}
{{- end -}}
