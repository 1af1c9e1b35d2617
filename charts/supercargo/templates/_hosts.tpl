{{/* What back office and shops call: REST and its documentation, and webhooks; pods and operator come from inside. */}}
{{- define "supercargo.publicPaths" -}}
["/api/", "/hooks/", "/docs", "/openapi.json"]
{{- end }}

{{/* Where stores send their webhooks: the first host under which the hub takes them, and whose name is one. */}}
{{- define "supercargo.publicUrl" -}}
{{- $hosts := concat (ternary .Values.hub.ingress.hosts list .Values.hub.ingress.enabled) (ternary .Values.hub.httpRoute.hosts list .Values.hub.httpRoute.enabled) }}
{{- $urls := list }}
{{- range $hosts }}
{{- if and (not (hasPrefix "*" .host)) (or (not .paths) (has "/hooks/" .paths)) }}
{{- $urls = append $urls (printf "%s://%s" (ternary "http" "https" (eq (default "" .tls) "none")) .host) }}
{{- end }}
{{- end }}
{{- .Values.hub.publicUrl | default (first $urls | default "") }}
{{- end }}
