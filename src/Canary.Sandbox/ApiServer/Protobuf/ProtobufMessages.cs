using System.Globalization;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// The messages that kubectl's generated clients send (<c>kubectl create ...</c>, <c>kubectl auth can-i</c>, drain, autoscale), by the
/// field numbers of Kubernetes' published API definitions. <c>*</c> marks a list, <c>%</c> a map.
/// </summary>
internal static class ProtobufMessages
{
    private const string Table =
        """
        ObjectMeta: 1 name s, 2 generateName s, 3 namespace s, 5 uid s, 6 resourceVersion s, 7 generation i, 8 creationTimestamp time, 9 deletionTimestamp time, 10 deletionGracePeriodSeconds I, 11 labels %s, 12 annotations %s, 13 ownerReferences *OwnerReference, 14 finalizers *s
        OwnerReference: 1 kind s, 3 name s, 4 uid s, 5 apiVersion s, 6 controller B, 7 blockOwnerDeletion B
        LabelSelector: 1 matchLabels %s, 2 matchExpressions *LabelSelectorRequirement
        LabelSelectorRequirement: 1 key s, 2 operator s, 3 values *s
        DeleteOptions: 1 gracePeriodSeconds I, 2 preconditions Preconditions, 3 orphanDependents B, 4 propagationPolicy s, 5 dryRun *s
        Preconditions: 1 uid s, 2 resourceVersion s
        Namespace: 1 metadata ObjectMeta, 2 spec NamespaceSpec
        NamespaceSpec: 1 finalizers *s
        ConfigMap: 1 metadata ObjectMeta, 2 data %s, 3 binaryData %bytes, 4 immutable B
        Secret: 1 metadata ObjectMeta, 2 data %bytes, 3 type s, 4 stringData %s, 5 immutable B
        ServiceAccount: 1 metadata ObjectMeta, 4 automountServiceAccountToken B
        Service: 1 metadata ObjectMeta, 2 spec ServiceSpec
        ServiceSpec: 1 ports *ServicePort, 2 selector %s, 3 clusterIP s, 4 type s, 5 externalIPs *s, 7 sessionAffinity s, 8 loadBalancerIP s, 9 loadBalancerSourceRanges *s, 10 externalName s, 11 externalTrafficPolicy s, 12 healthCheckNodePort i, 13 publishNotReadyAddresses b, 17 ipFamilyPolicy s, 18 clusterIPs *s, 19 ipFamilies *s, 22 internalTrafficPolicy s
        ServicePort: 1 name s, 2 protocol s, 3 port i, 4 targetPort port, 5 nodePort i, 6 appProtocol s
        Deployment: 1 metadata ObjectMeta, 2 spec DeploymentSpec
        DeploymentSpec: 1 replicas I, 2 selector LabelSelector, 3 template PodTemplateSpec, 4 strategy DeploymentStrategy, 5 minReadySeconds i, 6 revisionHistoryLimit I, 7 paused b, 9 progressDeadlineSeconds I
        DeploymentStrategy: 1 type s, 2 rollingUpdate RollingUpdate
        RollingUpdate: 1 maxUnavailable port, 2 maxSurge port
        PodTemplateSpec: 1 metadata ObjectMeta, 2 spec PodSpec
        PodSpec: 2 containers *Container, 3 restartPolicy s, 4 terminationGracePeriodSeconds I, 5 activeDeadlineSeconds I, 6 dnsPolicy s, 7 nodeSelector %s, 8 serviceAccountName s, 9 serviceAccount s, 10 nodeName s, 11 hostNetwork b, 12 hostPID b, 13 hostIPC b, 15 imagePullSecrets *LocalObjectReference, 16 hostname s, 17 subdomain s, 19 schedulerName s, 20 initContainers *Container
        LocalObjectReference: 1 name s
        Container: 1 name s, 2 image s, 3 command *s, 4 args *s, 5 workingDir s, 6 ports *ContainerPort, 7 env *EnvVar, 8 resources Resources, 13 terminationMessagePath s, 14 imagePullPolicy s, 16 stdin b, 17 stdinOnce b, 18 tty b, 20 terminationMessagePolicy s
        ContainerPort: 1 name s, 2 hostPort i, 3 containerPort i, 4 protocol s, 5 hostIP s
        EnvVar: 1 name s, 2 value s
        Resources: 1 limits %quantity, 2 requests %quantity
        Job: 1 metadata ObjectMeta, 2 spec JobSpec
        JobSpec: 1 parallelism I, 2 completions I, 3 activeDeadlineSeconds I, 4 selector LabelSelector, 5 manualSelector B, 6 template PodTemplateSpec, 7 backoffLimit I, 8 ttlSecondsAfterFinished I
        HorizontalPodAutoscaler: 1 metadata ObjectMeta, 2 spec AutoscalerSpec
        AutoscalerSpec: 1 scaleTargetRef ScaleTarget, 2 minReplicas I, 3 maxReplicas i, 4 targetCPUUtilizationPercentage I
        ScaleTarget: 1 kind s, 2 name s, 3 apiVersion s
        PodDisruptionBudget: 1 metadata ObjectMeta, 2 spec BudgetSpec
        BudgetSpec: 1 minAvailable port, 2 selector LabelSelector, 3 maxUnavailable port
        Eviction: 1 metadata ObjectMeta, 2 deleteOptions DeleteOptions
        SelfSubjectAccessReview: 1 metadata ObjectMeta, 2 spec AccessReviewSpec
        AccessReviewSpec: 1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes NonResourceAttributes
        ResourceAttributes: 1 namespace s, 2 verb s, 3 group s, 4 version s, 5 resource s, 6 subresource s, 7 name s
        NonResourceAttributes: 1 path s, 2 verb s
        SelfSubjectRulesReview: 1 metadata ObjectMeta, 2 spec RulesReviewSpec
        RulesReviewSpec: 1 namespace s
        SelfSubjectReview: 1 metadata ObjectMeta, 2 status SelfSubjectReviewStatus
        SelfSubjectReviewStatus: 1 userInfo UserInfo
        UserInfo: 1 username s, 2 uid s, 3 groups *s
        """;

    private static readonly Dictionary<string, Dictionary<int, ProtobufField>> Known = Parse();

    public static Dictionary<int, ProtobufField>? Find(string message) => Known.GetValueOrDefault(message);

    private static Dictionary<string, Dictionary<int, ProtobufField>> Parse()
    {
        var messages = new Dictionary<string, Dictionary<int, ProtobufField>>(StringComparer.Ordinal);
        foreach (var line in Table.Split('\n'))
        {
            var parts = line.Trim().Split(": ", 2);
            var fields = parts[1].Split(", ").Select(field => field.Split(' '));
            messages[parts[0]] = fields.ToDictionary(
                field => int.Parse(field[0], CultureInfo.InvariantCulture),
                field => new ProtobufField(field[1], field[2].TrimStart('*', '%'), field[2][0] == '*', field[2][0] == '%'));
        }

        return messages;
    }
}
