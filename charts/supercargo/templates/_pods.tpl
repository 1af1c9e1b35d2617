{{/* Owner's labels and annotations of a pod of ours; ours come after. `labels` of a dict with root and component. */}}
{{- define "supercargo.podMetadata" -}}
{{- $values := index .root.Values .component -}}
{{- $annotations := $values.podAnnotations }}
{{- if .root.Values.metrics.scrapeAnnotations }}
{{- $annotations = merge (dict) $annotations (include "supercargo.scrapeAnnotations" (eq .component "hub" | ternary 8081 8080) | fromYaml) }}
{{- if include "supercargo.metricsSecret" .root }}{{ $annotations = merge (dict "prometheus.io/scheme" "https") $annotations }}{{ end }}
{{- end }}
{{- with $annotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
labels: {{- include "supercargo.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .component }}
  supercargo.dev/installation: {{ include "supercargo.installation" .root | quote }}
  {{- with $values.podLabels }}{{ toYaml . | nindent 2 }}{{ end }}
{{- end }}

{{/* For a Prometheus that finds pods by annotations; of a port. */}}
{{- define "supercargo.scrapeAnnotations" -}}
prometheus.io/scrape: "true"
prometheus.io/port: {{ . | quote }}
prometheus.io/path: /metrics
{{- end }}

{{/* Where and how such a pod runs. A constraint without a labelSelector spreads the replicas of this part. */}}
{{- define "supercargo.podPlacement" -}}
{{- $root := . }}
{{- $values := index .root.Values .component -}}
{{- include "supercargo.placement" $values }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  {{- $own := dict "labelSelector" (dict "matchLabels" (include "supercargo.selector" $root | fromYaml)) }}
  - {{- merge (dict) . $own | toYaml | nindent 4 }}
  {{- end }}
{{- end }}
{{- with $values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with $values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with $values.dnsConfig }}
dnsConfig: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
{{- end }}

{{/* A probe of the chart (`own`, YAML) with the owner's times above it. */}}
{{- define "supercargo.probe" -}}
{{ merge (dict) (.values | default dict) (.own | fromYaml) | toYaml }}
{{- end }}

{{/* CA certificates that a container trusts beside the system's: its volume. `trust` as in the values. */}}
{{- define "supercargo.trustVolume" -}}
- name: trust
  {{- if .configMap }}
  configMap: { name: {{ .configMap | quote }}, items: [{ key: {{ .key | quote }}, path: ca.crt }] }
  {{- else }}
  secret: { secretName: {{ .secret | quote }}, items: [{ key: {{ .key | quote }}, path: ca.crt }] }
  {{- end }}
{{- end }}

{{/* Secret and key, or the text itself, of one part of the database's address. */}}
{{- define "supercargo.databasePart" -}}
{{- if .key }}
- name: {{ .name }}
  valueFrom: { secretKeyRef: { name: {{ .secret | quote }}, key: {{ .key | quote }} } }
{{- else if .text }}
- { name: {{ .name }}, value: {{ .text | toString | quote }} }
{{- end }}
{{- end }}

{{- define "supercargo.databaseAddress" -}}
{{- $database := .Values.hub.database }}
{{- if not $database.passwordKey }}
- name: SUPERCARGO_DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ $database.secretName | quote }}, key: {{ $database.secretKey | quote }} } }
{{- else }}
{{- range $part := list "host" "port" "name" "user" "password" }}
{{- include "supercargo.databasePart" (dict "name" (printf "SUPERCARGO_DATABASE_%s" (upper $part)) "secret" $database.secretName "key" (get $database (printf "%sKey" $part)) "text" (get $database $part)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The Secret of the port of metrics and probes, if there is one; none where values of an older chart are used again. */}}
{{- define "supercargo.metricsSecret" -}}
{{ (.Values.metrics.tls | default dict).secretName | default "" }}
{{- end }}

{{/* Of that port: what a probe calls it by, and what operator and hub are given for it. */}}
{{- define "supercargo.metricsScheme" -}}
{{ if include "supercargo.metricsSecret" . }}HTTPS{{ else }}HTTP{{ end }}
{{- end }}

{{- define "supercargo.metricsTlsEnv" -}}
{{- if include "supercargo.metricsSecret" . }}
- { name: SUPERCARGO_METRICS_TLS_DIR, value: /etc/supercargo/metrics-tls }
- { name: SUPERCARGO_METRICS_CLIENT_CERTIFICATES, value: {{ .Values.metrics.tls.clientCertificates | quote }} }
{{- end }}
{{- end }}

{{- define "supercargo.metricsTlsVolume" -}}
{{- with .Values.metrics.tls }}
{{- if .secretName }}
{{- $keys := .clientCertificates | ternary (list "tls.crt" "tls.key" "ca.crt") (list "tls.crt" "tls.key") }}
- name: metrics-tls
  secret:
    secretName: {{ .secretName | quote }}
    items:
      {{- range $keys }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "supercargo.metricsTlsMount" -}}
{{- if include "supercargo.metricsSecret" . }}
- { name: metrics-tls, mountPath: /etc/supercargo/metrics-tls, readOnly: true }
{{- end }}
{{- end }}

{{/* tlsConfig of a monitor's endpoint that is https. */}}
{{- define "supercargo.monitorTls" -}}
{{- $own := dict "ca" (dict "secret" (dict "name" .Values.metrics.tls.secretName "key" "ca.crt")) "serverName" (printf "%s-metrics.%s.svc" (include "supercargo.name" .) (include "supercargo.namespace" .)) }}
{{- .Values.metrics.tls.tlsConfig | default $own | toYaml }}
{{- end }}
