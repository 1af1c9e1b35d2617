{{- define "supercargo.name" -}}
{{- $short := .Values.nameOverride | default "supercargo" -}}
{{- $name := .Release.Name -}}
{{- if not (contains $short $name) }}{{ $name = printf "%s-%s" $name $short }}{{ end -}}
{{- .Values.fullnameOverride | default $name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* Where all of it is. */}}
{{- define "supercargo.namespace" -}}
{{ .Values.namespaceOverride | default .Release.Namespace }}
{{- end }}

{{/* What is not in a namespace: a release of the same name in another one has names of its own. */}}
{{- define "supercargo.clusterName" -}}
{{- $name := include "supercargo.name" . -}}
{{- if eq (include "supercargo.namespace" .) $name }}{{ $name }}{{ else }}{{ include "supercargo.namespace" . }}.{{ $name }}{{ end -}}
{{- end }}

{{/* A namespace has no dot: no two releases have the same. */}}
{{- define "supercargo.installation" -}}
{{- $name := printf "%s.%s" (include "supercargo.namespace" .) .Release.Name -}}
{{- if gt (len $name) 63 }}{{ $name = printf "%s-%s" (trunc 54 $name | trimSuffix "-" | trimSuffix ".") (sha256sum $name | trunc 8) }}{{ end -}}
{{- .Values.installation.name | default $name -}}
{{- end }}

{{- define "supercargo.labels" -}}
app.kubernetes.io/name: supercargo
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/part-of: supercargo
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- range $name, $value := .Values.commonLabels }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* Of an object: its own, and those of the owner, which give way. A dict with root and own. */}}
{{- define "supercargo.annotations" -}}
{{- with merge (dict) (.own | default dict) (.root.Values.commonAnnotations | default dict) }}
{{- printf "annotations:\n%s" (toYaml . | indent 2) | nindent 2 }}
{{- end }}
{{- end }}

{{/* Whom operator and hub run as. */}}
{{- define "supercargo.operatorAccount" -}}
{{ .Values.operator.serviceAccountName | default (printf "%s-operator" (include "supercargo.name" .)) }}
{{- end }}

{{- define "supercargo.hubAccount" -}}
{{ .Values.hub.serviceAccountName | default (printf "%s-hub" (include "supercargo.name" .)) }}
{{- end }}

{{- define "supercargo.selector" -}}
app.kubernetes.io/name: supercargo
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "supercargo.image" -}}
{{ include "supercargo.repository" . }}{{ with .Values.image.digest }}@{{ . }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{/* A registry for all charts of an installation stands in place of the one that the repository names, if it names one. */}}
{{- define "supercargo.repository" -}}
{{- $parts := splitList "/" .Values.image.repository -}}
{{- $host := first $parts -}}
{{- with .Values.global.imageRegistry }}
{{- if and (gt (len $parts) 1) (or (contains "." $host) (contains ":" $host) (eq $host "localhost")) }}{{ $parts = rest $parts }}{{ end -}}
{{- $parts = prepend $parts (trimSuffix "/" .) }}
{{- end -}}
{{- join "/" $parts -}}
{{- end }}

{{/* As one JSON. Charts of charts set them for all, as names or as objects. */}}
{{- define "supercargo.pullSecrets" -}}
{{- $secrets := list -}}
{{- range .Values.imagePullSecrets | default .Values.global.imagePullSecrets }}
{{- $secrets = append $secrets (ternary (dict "name" .) . (kindIs "string" .)) }}
{{- end -}}
{{- $secrets | toJson -}}
{{- end }}

{{- define "supercargo.hubUrl" -}}
{{ include "supercargo.hubPort" . }}://{{ include "supercargo.name" . }}-hub.{{ include "supercargo.namespace" . }}.svc:{{ .Values.hub.service.port }}
{{- end }}

{{/* The volume of the embedded database; nothing where there is none. */}}
{{- define "supercargo.hubClaim" -}}
{{- if and (not .Values.hub.database.secretName) .Values.hub.persistence.enabled -}}
{{ .Values.hub.persistence.existingClaim | default (printf "%s-hub" (include "supercargo.name" .)) }}
{{- end -}}
{{- end }}

{{/* Name of the hub's port, and the scheme that it speaks. */}}
{{- define "supercargo.hubPort" -}}
{{ if .Values.hub.tls.secretName }}https{{ else }}http{{ end }}
{{- end }}

{{/* Restricted pod security (Pod Security Standards). */}}
{{- define "supercargo.podSecurity" -}}
runAsNonRoot: true
{{- range $name, $id := include "supercargo.podUser" . | fromJson }}
{{ $name }}: {{ int64 $id }}
{{- end }}
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* Whom all pods run as. What is null says the platform. */}}
{{- define "supercargo.podUser" -}}
{{- $ids := dict }}
{{- range $name, $id := .Values.podSecurityContext }}{{ if not (kindIs "invalid" $id) }}{{ $_ := set $ids $name (int64 $id) }}{{ end }}{{ end }}
{{- $ids | toJson }}
{{- end }}

{{- define "supercargo.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "supercargo.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "supercargo.crdUpgradeHook" -}}
helm.sh/hook: pre-upgrade
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{/* Head of a ValidatingAdmissionPolicy, and its binding; what follows the include is the rest of its spec. */}}
{{- define "supercargo.policy" }}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ .name }}
  {{- include "supercargo.annotations" (dict "root" .root) }}
  labels: {{- include "supercargo.labels" .root | nindent 4 }}
spec:
  policyName: {{ .name }}
  validationActions: [Deny]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: {{ .name }}
  {{- include "supercargo.annotations" (dict "root" .root) }}
  labels: {{- include "supercargo.labels" .root | nindent 4 }}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      {{- $operations := .operations }}
      {{- range .rules }}
      - apiGroups: [{{ .group | quote }}]
        apiVersions: ["*"]
        operations: {{ $operations }}
        resources: {{ .resources }}
      {{- end }}
{{- end }}

{{/* The version of the API to write in: the one of this chart, or, before an upgrade, the one that the cluster has so
     far: Helm looks at all templates before the job brings the kinds up to date. */}}
{{- define "supercargo.apiVersion" -}}
{{- if and (not (.Capabilities.APIVersions.Has "supercargo.dev/v1beta1")) (.Capabilities.APIVersions.Has "supercargo.dev/v1alpha1") -}}
supercargo.dev/v1alpha1
{{- else -}}
supercargo.dev/v1beta1
{{- end -}}
{{- end }}

{{/* Names of the CRDs, from the files of charts/crds; with crds.enabled alone. */}}
{{- define "supercargo.crdNames" -}}
{{- range $path, $_ := .Subcharts.crds.Files.Glob "crds/*.yaml" }}
- {{ base $path | trimSuffix ".yaml" }}.supercargo.dev
{{- end }}
{{- end }}

{{/* What hub and operator both reach: DNS, and the API server, which has no labels, by its ports. */}}
{{- define "supercargo.egressBase" -}}
- ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]
- ports:
    {{- range .Values.apiServerPorts }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
  to: {{- include "supercargo.anyAddress" . | nindent 4 }}
{{- end }}

{{/* Any address but link-local ones and those where clouds tell a machine its secrets (kit/net/ip-blocks.ts). */}}
{{- define "supercargo.anyAddress" -}}
- ipBlock: { cidr: 0.0.0.0/0, except: [169.254.0.0/16, 168.63.129.16/32, 100.100.100.200/32, 192.0.0.192/32] }
- ipBlock: { cidr: "::/0", except: ["fe80::/10", "fd00:ec2::254/128", "fd20:ce::254/128"] }
{{- end }}

{{- define "supercargo.publicAddresses" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 169.254.0.0/16, 168.63.129.16/32, 192.0.0.192/32]
- ipBlock: { cidr: "::/0", except: ["fc00::/7", "fe80::/10"] }
{{- end }}
