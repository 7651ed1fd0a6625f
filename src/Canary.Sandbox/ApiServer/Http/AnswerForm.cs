namespace Canary.Sandbox.ApiServer;

internal enum AnswerForm
{
    Object,
    Table,
    MetadataOnly,
}
