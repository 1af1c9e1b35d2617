{{/* The VerticalPodAutoscaler of a part, where one is asked for. */}}
{{- define "supercargo.verticalPodAutoscaler" -}}
{{- $values := index .root.Values .component }}
{{- with $values.verticalPodAutoscaler }}
{{- if .enabled }}
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata:
  name: {{ include "supercargo.name" $.root }}-{{ $.component }}
  namespace: {{ include "supercargo.namespace" $.root }}
  {{- include "supercargo.annotations" (dict "root" $.root) }}
  labels: {{- include "supercargo.labels" $.root | nindent 4 }}
spec:
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ include "supercargo.name" $.root }}-{{ $.component }} }
  updatePolicy: { updateMode: {{ .updateMode | quote }} }
  resourcePolicy:
    containerPolicies:
      - containerName: {{ $.component }}
        {{- with .minAllowed }}
        minAllowed: {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with .maxAllowed }}
        maxAllowed: {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with .controlledResources }}
        controlledResources: {{- toYaml . | nindent 10 }}
        {{- end }}
        controlledValues: {{ .controlledValues }}
{{- end }}
{{- end }}
{{- end }}
