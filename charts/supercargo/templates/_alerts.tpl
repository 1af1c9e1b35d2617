{{/*
files/alerts.yaml with what the values say of it: namespace, the hub's volume, runbooks, dashboards, labels, how long a
pause may be.
*/}}
{{- define "supercargo.alerts" -}}
{{- $rule := .Values.metrics.prometheusRule }}
{{- $grafana := trimSuffix "/" .Values.metrics.dashboards.grafanaUrl }}
{{- $claim := include "supercargo.hubClaim" . }}
{{- $alerts := .Files.Get "files/alerts.yaml" | replace "RELEASE_NAMESPACE" (include "supercargo.namespace" .) | replace "HUB_CLAIM" $claim | replace "https://supercargo.dev/docs/runbooks" (trimSuffix "/" $rule.runbookUrl) | fromYaml }}
{{- range $group := $alerts.groups }}
{{- $kept := list }}
{{- range $alert := $group.rules }}
{{- $_ := set $alert "labels" (merge (dict) $rule.alertLabels $alert.labels) }}
{{- if $grafana }}{{ $_ := set $alert.annotations "dashboard" (printf "%s/d/%s" $grafana (include "supercargo.boardOf" $alert)) }}{{ end }}
{{- if eq $alert.alert "SupercargoSuspendedLong" }}
{{- $_ := set $alert "expr" ($alert.expr | replace "7 * 86400" (printf "%d * 86400" (int $rule.suspendedDays))) }}
{{- if $rule.suspendedDays }}{{ $kept = append $kept $alert }}{{ end }}
{{- else if or $claim (ne $alert.alert "SupercargoHubVolumeFills") }}
{{- $kept = append $kept $alert }}
{{- end }}
{{- end }}
{{- $_ := set $group "rules" $kept }}
{{- end }}
{{- $alerts | toYaml }}
{{- end }}

{{/* The dashboard that shows more of an alert: of its connection, if it is about one. */}}
{{- define "supercargo.boardOf" -}}
{{- if regexMatch "by \\([^)]*\\bconnection\\b" .expr -}}
supercargo-connection?var-namespace={{ "{{ $labels.namespace }}" }}&var-connection={{ "{{ $labels.connection }}" }}
{{- else if contains "supercargo_license" .expr -}}
supercargo-connections
{{- else -}}
supercargo-hub-and-loop
{{- end -}}
{{- end }}
