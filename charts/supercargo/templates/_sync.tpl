{{/* What the operator gives its sync pods, as one JSON (operator/pod-template.ts reads it). */}}
{{- define "supercargo.syncPods" -}}
{{- $sync := .Values.sync }}
{{- $annotations := $sync.podAnnotations }}
{{- if .Values.metrics.scrapeAnnotations }}
{{- $annotations = merge (dict) $annotations (include "supercargo.scrapeAnnotations" 8080 | fromYaml) }}
{{- end }}
{{- $user := dict }}
{{- range $name, $id := include "supercargo.podUser" . | fromJson }}{{ $_ := set $user $name (int64 $id) }}{{ end }}
{{- $pods := dict
  "user" $user
  "imagePullSecrets" (include "supercargo.syncPullSecrets" . | fromJsonArray)
  "nodeSelector" $sync.nodeSelector
  "tolerations" $sync.tolerations
  "affinity" $sync.affinity
  "topologySpreadConstraints" $sync.topologySpreadConstraints
  "priorityClassName" $sync.priorityClassName
  "runtimeClassName" $sync.runtimeClassName
  "labels" $sync.podLabels
  "annotations" $annotations
  "env" $sync.extraEnv
  "proxy" (dict "http" $sync.proxy.httpProxy "https" $sync.proxy.httpsProxy "none" $sync.proxy.noProxy "loginSecret" $sync.proxy.loginSecret)
  "trust" $sync.trust
  "resources" (dict "requests" ($sync.resources.requests | default dict) "limits" ($sync.resources.limits | default dict))
  "logLevel" ($sync.logLevel | default .Values.logLevel)
  "connectionMetadata" $sync.connectionMetadata }}
{{- $pods | toJson }}
{{- end }}

{{- define "supercargo.syncPullSecrets" -}}
{{- .Values.sync.imagePullSecrets | default (include "supercargo.pullSecrets" . | fromJsonArray) | toJson }}
{{- end }}

{{/* A value as a literal of CEL, which takes values of different types in one map only as dyn. */}}
{{- define "supercargo.cel" -}}
{{- if kindIs "map" . -}}
{ {{- range $index, $key := keys . | sortAlpha }}{{ if $index }}, {{ end }}{{ $key | toJson }}: dyn({{ include "supercargo.cel" (get $ $key) }}){{ end -}} }
{{- else if kindIs "slice" . -}}
[ {{- range $index, $one := . }}{{ if $index }}, {{ end }}dyn({{ include "supercargo.cel" $one }}){{ end -}} ]
{{- else -}}
{{ toJson . }}
{{- end -}}
{{- end }}

{{/* CEL: holds the operator to these values, where they are the owner's alone. */}}
{{- define "supercargo.syncPodRules" -}}
{{- $sync := .Values.sync }}
{{- $spread := list }}
{{- range $sync.topologySpreadConstraints }}
{{- $spread = append $spread (merge (dict) . (dict "labelSelector" (dict "matchLabels" (dict "app.kubernetes.io/name" "supercargo-sync")))) }}
{{- end }}
{{- $user := include "supercargo.podUser" . | fromJson }}
{{- $env := merge (dict "HTTP_PROXY" $sync.proxy.httpProxy "HTTPS_PROXY" $sync.proxy.httpsProxy) $sync.extraEnv }}
{{- if or $sync.trust.configMap $sync.trust.secret }}{{ $env = merge (dict "NODE_EXTRA_CA_CERTS" "/etc/supercargo/trust/ca.crt") $env }}{{ end }}
- expression: {{ printf "variables.pod.?imagePullSecrets.orValue([]) == %s" (include "supercargo.cel" (include "supercargo.syncPullSecrets" . | fromJsonArray)) | quote }}
  message: a sync pod's image is pulled with the Secrets of sync.imagePullSecrets of the chart
- expression: >-
    variables.pod.containers.all(c, !has(c.securityContext.runAsUser) && !has(c.securityContext.runAsGroup) && !has(c.securityContext.runAsNonRoot))
    {{- range $name := list "runAsUser" "runAsGroup" "fsGroup" }}
    && variables.pod.securityContext.?{{ $name }}.orValue(-1) == {{ if hasKey $user $name }}{{ int64 (get $user $name) }}{{ else }}-1{{ end }}
    {{- end }}
    && variables.pod.securityContext.?supplementalGroups.orValue([]).size() == 0
  message: a sync pod runs as podSecurityContext of the chart says, and its container as the pod
- expression: >-
    variables.pod.?runtimeClassName.orValue('') == {{ $sync.runtimeClassName | toJson }}
    && variables.pod.?affinity.orValue({}) == {{ include "supercargo.cel" $sync.affinity }}
    && variables.pod.?topologySpreadConstraints.orValue([]) == {{ include "supercargo.cel" $spread }}
    && {{ $sync.nodeSelector | toJson }}.all(k, variables.pod.?nodeSelector.orValue({})[?k].orValue('') == {{ $sync.nodeSelector | toJson }}[k])
    && (!variables.pod.?priorityClassName.orValue('').startsWith('system-')
    || variables.pod.priorityClassName == {{ $sync.priorityClassName | toJson }})
  message: a sync pod runs where the sync values of the chart place it
- expression: >-
    variables.pod.containers.all(c, c.?env.orValue([]).all(e, e.name.startsWith('SUPERCARGO_') || e.name in ['POD_NAME', 'NO_PROXY']
    || {{ $env | toJson }}.exists(k, k == e.name && {{ $env | toJson }}[k] == e.?value.orValue(''))
    || (e.name == 'NODE_OPTIONS' && e.?value.orValue('') == '--max-semi-space-size=4') || e.name == 'MALLOC_ARENA_MAX'))
  message: a sync pod's environment is the operator's, and sync.extraEnv and sync.proxy of the chart
{{- end }}
