{{/* Owner's labels and annotations of a pod of ours; ours come after. `labels` of a dict with root and component. */}}
{{- define "supercargo.podMetadata" -}}
{{- $values := index .root.Values .component -}}
{{- with $values.podAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
labels: {{- include "supercargo.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .component }}
  supercargo.dev/installation: {{ include "supercargo.installation" .root | quote }}
  {{- with $values.podLabels }}{{ toYaml . | nindent 2 }}{{ end }}
{{- end }}

{{/* Where such a pod runs. A constraint without a labelSelector spreads the replicas of this part. */}}
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
{{- end }}
