using Microsoft.Extensions.Options;

namespace Canary.Engine;

[OptionsValidator]
internal sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;
