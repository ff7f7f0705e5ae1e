extension DiagnosticCode {
  /// The topic of the code and the Markdown of its page: the file of the code's name in `Explanations`.
  ///
  /// To add a code, write its page and add a row here.
  var page: (topic: Explanation.Topic, markdown: [UInt8]) {
    switch self {
    // The file as YAML.
    case .yamlSyntax: (.yaml, PackageResources.yaml_syntax_md)
    case .duplicateKey: (.yaml, PackageResources.duplicate_key_md)
    case .cyclicAlias: (.yaml, PackageResources.cyclic_alias_md)
    case .explodingAlias: (.yaml, PackageResources.exploding_alias_md)
    case .tooDeep: (.yaml, PackageResources.too_deep_md)
    // The file as a model.
    case .unknownDialect: (.model, PackageResources.unknown_dialect_md)
    case .unknownKey: (.model, PackageResources.unknown_key_md)
    case .missingKey: (.model, PackageResources.missing_key_md)
    case .wrongKind: (.model, PackageResources.wrong_kind_md)
    case .invalidName: (.model, PackageResources.invalid_name_md)
    case .duplicateName: (.model, PackageResources.duplicate_name_md)
    case .invalidExpression: (.model, PackageResources.invalid_expression_md)
    case .invalidNumber: (.model, PackageResources.invalid_number_md)
    case .unknownActivation: (.model, PackageResources.unknown_activation_md)
    // Files that a model includes.
    case .unreadableInclude: (.model, PackageResources.unreadable_include_md)
    case .cyclicInclude: (.model, PackageResources.cyclic_include_md)
    case .shadowedBlock: (.suspicious, PackageResources.shadowed_block_md)
    // Names and arguments.
    case .unknownBlock: (.names, PackageResources.unknown_block_md)
    case .recursiveBlock: (.names, PackageResources.recursive_block_md)
    case .unknownName: (.names, PackageResources.unknown_name_md)
    case .forwardReference: (.names, PackageResources.forward_reference_md)
    case .missingArgument: (.names, PackageResources.missing_argument_md)
    case .surplusArgument: (.names, PackageResources.surplus_argument_md)
    case .argumentKind: (.names, PackageResources.argument_kind_md)
    case .argumentRange: (.names, PackageResources.argument_range_md)
    case .undefinedArithmetic: (.names, PackageResources.undefined_arithmetic_md)
    // Values and shapes.
    case .notATensor: (.shapes, PackageResources.not_a_tensor_md)
    case .notATuple: (.shapes, PackageResources.not_a_tuple_md)
    case .inputCount: (.shapes, PackageResources.input_count_md)
    case .unevenGroups: (.shapes, PackageResources.uneven_groups_md)
    case .shapeMismatch: (.shapes, PackageResources.shape_mismatch_md)
    case .channelMismatch: (.shapes, PackageResources.channel_mismatch_md)
    case .channelsNotDivisible: (.shapes, PackageResources.channels_not_divisible_md)
    case .sizeNotDivisible: (.shapes, PackageResources.size_not_divisible_md)
    case .emptyResult: (.shapes, PackageResources.empty_result_md)
    case .tooLarge: (.shapes, PackageResources.too_large_md)
    // Legal but suspicious.
    case .deadRow: (.suspicious, PackageResources.dead_row_md)
    case .staleIndex: (.suspicious, PackageResources.stale_index_md)
    case .staleIndexComment: (.suspicious, PackageResources.stale_index_comment_md)
    case .levelOrder: (.suspicious, PackageResources.level_order_md)
    case .mixedGroups: (.suspicious, PackageResources.mixed_groups_md)
    case .singleHead: (.suspicious, PackageResources.single_head_md)
    case .missingHead: (.suspicious, PackageResources.missing_head_md)
    case .repeatedWidthChange: (.suspicious, PackageResources.repeated_width_change_md)
    case .partialMultiplier: (.suspicious, PackageResources.partial_multiplier_md)
    case .idleMultiplier: (.suspicious, PackageResources.idle_multiplier_md)
    case .ambiguousWord: (.suspicious, PackageResources.ambiguous_word_md)
    case .numberBelowOne: (.suspicious, PackageResources.number_below_one_md)
    case .duplicateClass: (.suspicious, PackageResources.duplicate_class_md)
    case .unusedParameter: (.suspicious, PackageResources.unused_parameter_md)
    case .unknownCode: (.suspicious, PackageResources.unknown_code_md)
    }
  }
}
