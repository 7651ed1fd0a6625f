{{/* The engine's settings as environment variables: CANARY_Section__Name. */}}
{{- define "canary.environment" -}}
- name: CANARY_Controller__Listen
  value: http://0.0.0.0:8080
- name: CANARY_Controller__LogLevel
  value: {{ .Values.log.level }}
- name: CANARY_Controller__LogFormat
  value: {{ .Values.log.format }}
- name: CANARY_Kubernetes__Identity
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: CANARY_Kubernetes__LeaseNamespace
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: CANARY_Kubernetes__LeaseName
  value: {{ include "canary.fullname" . }}
{{- if eq .Values.rbac.scope "namespace" }}
- name: CANARY_Kubernetes__Namespace
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
{{- end }}
{{- if .Values.leaderElection.enabled }}
{{- with .Values.leaderElection.leaseDuration }}
- name: CANARY_Kubernetes__LeaseDuration
  value: {{ . | quote }}
{{- end }}
{{- with .Values.leaderElection.renewDeadline }}
- name: CANARY_Kubernetes__RenewDeadline
  value: {{ . | quote }}
{{- end }}
{{- with .Values.leaderElection.retryPeriod }}
- name: CANARY_Kubernetes__RetryPeriod
  value: {{ . | quote }}
{{- end }}
{{- else if gt (int .Values.replicas) 1 }}
{{- fail "leaderElection.enabled is false with several replicas, which would all write to the same Rollouts; set replicas to 1" }}
{{- else }}
- name: CANARY_Kubernetes__LeaderElection
  value: "false"
{{- end }}
{{- if gt (int .Values.shards) 1 }}
- name: CANARY_Kubernetes__Leadership__Shards
  value: {{ int .Values.shards | quote }}
{{- end }}
{{- range $section, $settings := .Values.settings }}
{{- range $setting, $value := $settings }}
- name: CANARY_{{ $section }}__{{ $setting }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- end -}}
