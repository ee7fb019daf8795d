{{/* The Pod of a replica, for both kinds of workload. */}}
{{- define "vicinity.pod" -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (add (int .Values.preStopSleepSeconds) 15 | int) }}
{{- fail "terminationGracePeriodSeconds must be at least preStopSleepSeconds + 15: running requests may take 10 s, streams 3 s" }}
{{- end -}}
metadata:
  # Not the versions of chart and program: a new chart alone shall move no stream.
  labels:
    {{- include "vicinity.selectorLabels" . | nindent 4 }}
    {{- with .Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: vicinity
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "vicinity.serviceAccountName" . }}
  automountServiceAccountToken: false
  # Variables for every Service of the namespace would be for nobody.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  containers:
    - name: vicinity
      image: {{ include "vicinity.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - serve
        - --rest={{ .Values.serve.listenHost }}:8080
        - --xds={{ .Values.serve.listenHost }}:18000
        - --admin-token-file=/etc/vicinity/admin-token
        - --log-level={{ .Values.serve.logLevel }}
        - --retain-topology={{ .Values.serve.retainTopology }}
        - --retain-routes={{ .Values.serve.retainRoutes }}
        {{- if .Values.serve.allowEmpty }}
        - --allow-empty
        {{- end }}
        {{- with .Values.serve.maxConnectionAge }}
        - --max-connection-age={{ . }}
        {{- end }}
        {{- with .Values.serve.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      env:
        - name: VICINITY_DATABASE
          {{- if eq .Values.database.type "sqlite" }}
          value: sqlite:/data/vicinity.db
          {{- else }}
          valueFrom:
            secretKeyRef:
              name: {{ .Values.database.postgresql.secretName }}
              key: {{ .Values.database.postgresql.secretKey }}
          {{- end }}
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .Values.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: rest
          containerPort: 8080
        - name: xds
          containerPort: 18000
      startupProbe:
        httpGet:
          path: /livez
          port: rest
        {{- toYaml .Values.startupProbe | nindent 8 }}
      livenessProbe:
        httpGet:
          path: /livez
          port: rest
        {{- toYaml .Values.livenessProbe | nindent 8 }}
      readinessProbe:
        httpGet:
          path: /readyz
          port: rest
        {{- toYaml .Values.readinessProbe | nindent 8 }}
      {{- if .Values.preStopSleepSeconds }}
      lifecycle:
        preStop:
          sleep:
            seconds: {{ .Values.preStopSleepSeconds }}
      {{- end }}
      securityContext:
        {{- toYaml .Values.securityContext | nindent 8 }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - name: admin-token
          mountPath: /etc/vicinity
          readOnly: true
        {{- if eq .Values.database.type "sqlite" }}
        - name: data
          mountPath: /data
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: admin-token
      secret:
        secretName: {{ .Values.adminToken.secretName }}
        items:
          - key: {{ .Values.adminToken.secretKey }}
            path: admin-token
    {{- if eq .Values.database.type "sqlite" }}
    - name: data
      persistentVolumeClaim:
        claimName: {{ include "vicinity.claimName" . }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- if and (eq .Values.database.type "postgresql") .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range .Values.topologySpreadConstraints }}
    {{- $constraint := . }}
    {{- if not (hasKey . "labelSelector") }}
    {{- $selector := dict "matchLabels" (include "vicinity.selectorLabels" $ | fromYaml) }}
    {{- /* Of one update: else the new replicas would be spread around the old ones. */}}
    {{- $constraint = merge (dict "labelSelector" $selector "matchLabelKeys" (list "pod-template-hash")) . }}
    {{- end }}
    {{- list $constraint | toYaml | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end }}
