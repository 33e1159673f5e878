# Lets `vagrant validate` go through the blocks of every provider on a computer that has none of them, and say what each
# machine would be. Loaded before the Vagrantfile.

require "json"

# The settings that these plugins have, by their manuals. Another one fails, as it would there.
STAND_INS = {
  vmware_desktop: %i[gui linked_clone],
  parallels: %i[name memory cpus linked_clone update_guest_tools],
}.reject { |name, _| Vagrant.plugin("2").manager.providers.key?(name) }

STAND_INS.each do |provider, settings|
  config_class = Class.new(Vagrant.plugin("2", :config)) do
    attr_accessor(*settings)
    define_method(:vmx) { @vmx ||= {} } if provider == :vmware_desktop
  end
  provider_class = Class.new(Vagrant.plugin("2", :provider))
  Class.new(Vagrant.plugin("2")) do
    name "stand-in for #{provider}"
    provider(provider, parallel: true) { provider_class }
    config(provider, :provider) { config_class }
  end
end

# As `vagrant validate --ignore-provider` does it; but that ignores the providers' blocks, too.
Vagrant.plugin("2").manager.providers.each do |_, (provider_class, _)|
  provider_class.class_eval do
    def initialize(machine) = nil
    def machine_id_changed = nil
    def self.installed? = true
    def self.usable?(_raise_error = false) = true
    def state = Vagrant::MachineState.new(Vagrant::MachineState::NOT_CREATED_ID, "not created", "")
  end
end

module SaysWhatItWouldBe
  def call(env)
    machine = env[:machine]
    vm = machine.config.vm
    settings = machine.provider_config.instance_variables.to_h do |variable|
      [variable.to_s.delete("@"), machine.provider_config.instance_variable_get(variable)]
    end
    networks = vm.networks.select { |kind, _| kind == :private_network }.map { |_, options| options }
    folders = vm.synced_folders.values.reject { |folder| folder[:disabled] }
    $stdout.puts JSON.generate(
      name: machine.name, provider: machine.provider_name, box: vm.box, hostname: vm.hostname,
      networks: networks, folders: folders, insert_key: machine.config.ssh.insert_key,
      provisioners: vm.provisioners.size, settings: settings.select { |_, value| plain?(value) }
    )
    super
  end

  def plain?(value)
    case value
    when String, Symbol, Integer, true, false then true
    when Array then value.all? { |item| plain?(item) }
    when Hash then value.all? { |key, item| plain?(item) }
    else false
    end
  end
end
Vagrant::Action::Builtin::ConfigValidate.prepend(SaysWhatItWouldBe)
